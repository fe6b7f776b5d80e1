// Images: the same bytes every time, and a module like the one that was loaded.
#include <wrt/image.hpp>

#include "fixture.hpp"

namespace {

using namespace wrt;

struct Written {
    std::vector<uint8_t> bytes;
    Digest digest;
};

Written image_of(const std::string& name, const LoadOptions& options = {})
{
    Written written;
    const auto append = [](void* to, std::span<const uint8_t> more) -> Status {
        auto& all = *static_cast<std::vector<uint8_t>*>(to);
        all.insert(all.end(), more.begin(), more.end());
        return ok();
    };
    Engine engine;
    const std::vector<uint8_t> binary = fixture(name);
    const Result<Digest> digest = write_image(engine, binary, options, {append, &written.bytes});
    EXPECT_TRUE(digest) << name;
    EXPECT_EQ(engine.arena().used(), 0U);
    if (digest) written.digest = *digest;
    return written;
}

TEST(image, has_the_same_bytes_in_every_arena)
{
    for (const char* const name : {"arith", "counter", "throws", "vectors", "wasi_probe"}) {
        const Written first = image_of(name);
        for (int i = 0; i < 20; ++i) {
            const Written again = image_of(name);
            EXPECT_EQ(again.bytes, first.bytes) << name;
            EXPECT_EQ(again.digest, first.digest) << name;
        }
    }
}

/// What clang's build and g++'s, with sanitizers and without, give in common. A change of
/// translation, of the format or of the version changes them.
TEST(image, has_the_same_bytes_from_every_compiler)
{
    const std::pair<const char*, Digest> digests[] = {
        {"arith", {.low = 0x86a5609e481e76c6, .high = 0x93de1bdc28429db4}},
        {"counter", {.low = 0x3075a3a3b94bbfba, .high = 0x00afabe5bbbd8462}},
        {"throws", {.low = 0x401f5c42c13651bb, .high = 0x7eb7a6fc22f6eb98}},
        {"vectors", {.low = 0x4d164cb228a66c78, .high = 0x7c892cd99d00b2a4}},
    };
    for (const auto& [name, digest] : digests)
        EXPECT_EQ(image_of(name, {.interruptible = false}).digest, digest) << name;
}

TEST(image, differs_where_the_module_or_the_options_do)
{
    EXPECT_NE(image_of("arith").digest, image_of("counter").digest);
    EXPECT_NE(image_of("arith").digest, image_of("arith", {.fuel = true}).digest);
}

TEST(image, runs_without_the_binary)
{
    const Written image = image_of("counter");
    World world;
    const Module module = load_image(world.engine, image.bytes).value();
    EXPECT_EQ(module.export_count(), 5U);
    const Instance instance = world.linker.instantiate(module).value();
    const auto bump = instance.func<int32_t()>("bump").value();
    EXPECT_EQ(bump().value(), 1);
    EXPECT_EQ(bump().value(), 2);
    EXPECT_EQ((*instance.func<int32_t(int32_t)>("grow"))(1).value(), 1);
}

TEST(image, counts_fuel_where_it_was_made_for_it)
{
    const Written image = image_of("endless", {.fuel = true});
    World world;
    const Module module = load_image(world.engine, image.bytes).value();
    EXPECT_TRUE(is_metered(module));
    const Instance instance = world.linker.instantiate(module).value();
    world.store.set_fuel(1000);
    EXPECT_EQ(instance.func<void()>("spin").value()().error().code, Errc::out_of_fuel);
}

TEST(image, is_refused_when_a_byte_of_it_is_not_what_it_was)
{
    const Written image = image_of("arith");
    for (size_t i = 8; i < image.bytes.size(); ++i) {
        std::vector<uint8_t> damaged = image.bytes;
        damaged[i] ^= 0x10;
        Engine engine;
        const Result<Module> module = load_image(engine, damaged);
        ASSERT_FALSE(module) << i;
        EXPECT_EQ(module.error().code, Errc::checksum_mismatch) << i;
        EXPECT_EQ(engine.arena().used(), 0U);
    }
}

TEST(image, is_refused_when_it_is_cut_off_or_of_another_version)
{
    std::vector<uint8_t> bytes = image_of("arith").bytes;
    Engine engine;
    EXPECT_EQ(load_image(engine, std::span{bytes}.first(bytes.size() - 1)).error().code,
              Errc::checksum_mismatch);
    EXPECT_EQ(load_image(engine, std::span{bytes}.first(5)).error().code, Errc::malformed_image);
    EXPECT_EQ(load_image(engine, fixture("arith")).error().code, Errc::malformed_image);
    bytes[6] = 99;
    EXPECT_EQ(load_image(engine, bytes).error().code, Errc::unknown_file_version);
}

/// The checksum over other contents.
void sum_up(std::vector<uint8_t>& bytes)
{
    const Digest digest = digest_of(std::span{bytes}.first(bytes.size() - 16));
    store_le(bytes.data() + bytes.size() - 16, digest.low);
    store_le(bytes.data() + bytes.size() - 8, digest.high);
}

TEST(image, of_another_build_is_refused)
{
    std::vector<uint8_t> bytes = image_of("arith").bytes;
    constexpr size_t identity = 8 + 12;  // in the first section
    bytes[identity] ^= 1;
    sum_up(bytes);
    Engine engine;
    EXPECT_EQ(load_image(engine, bytes).error().code, Errc::image_of_another);
}

}  // namespace
