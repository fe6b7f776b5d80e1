#include "saved_guest.hpp"

#include <wrt/foundation/byte_writer.hpp>
#include <wrt/foundation/fixed_reader.hpp>

namespace wrtd {
namespace {

template <class Bytes>
void put(wrt::ByteWriter& to, const Bytes& bytes)
{
    to.put(static_cast<uint32_t>(bytes.size()));
    to.put_bytes({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
}

void put(wrt::ByteWriter& to, const std::vector<std::string>& texts)
{
    to.put(static_cast<uint32_t>(texts.size()));
    for (const std::string& text : texts)
        put(to, text);
}

void get(wrt::FixedReader& from, std::string& text)
{
    const std::span<const uint8_t> bytes = from.bytes(from.get<uint32_t>());
    text.assign(bytes.begin(), bytes.end());
}

void get(wrt::FixedReader& from, std::vector<std::string>& texts)
{
    texts.resize(from.count(sizeof(uint32_t)));
    for (std::string& text : texts)
        get(from, text);
}

}  // namespace

std::vector<uint8_t> encode(const SavedGuest& guest)
{
    std::vector<uint8_t> bytes;
    const auto append = [](void* to, std::span<const uint8_t> more) -> wrt::Status {
        auto& all = *static_cast<std::vector<uint8_t>*>(to);
        all.insert(all.end(), more.begin(), more.end());
        return wrt::ok();
    };
    wrt::ByteWriter to{{append, &bytes}};
    put(to, guest.path);
    put(to, guest.args);
    put(to, guest.env);
    put(to, guest.directories);
    put(to, guest.wasi);
    (void)to.finish();
    return bytes;
}

std::optional<SavedGuest> decode(std::span<const uint8_t> bytes)
{
    wrt::FixedReader from{bytes};
    SavedGuest guest;
    get(from, guest.path);
    get(from, guest.args);
    get(from, guest.env);
    get(from, guest.directories);
    const std::span<const uint8_t> wasi = from.bytes(from.get<uint32_t>());
    guest.wasi.assign(wasi.begin(), wasi.end());
    if (!from.done()) return std::nullopt;
    return guest;
}

}  // namespace wrtd
