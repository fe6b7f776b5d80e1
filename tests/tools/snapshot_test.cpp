// wrtd run --snapshot-at-fuel, resume and image.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "process.hpp"

namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// wrtd runs in the fixtures' directory.
const std::filesystem::path fixtures{WRT_FIXTURES};

/// A directory with the file that halves.wasm reads.
std::string make_directory(const std::string& name)
{
    const std::filesystem::path directory = fixtures / name;
    std::filesystem::create_directories(directory);
    std::ofstream{directory / "halves.txt"} << "onetwofour";
    return name;
}

std::string grant(const std::string& name)
{
    return name + "::/data";
}

TEST(wrtd_resume, goes_on_with_open_files_where_they_were)
{
    const std::string directory = grant(make_directory("halves"));
    const Ended first = wrtd({"run", "--dir", directory, "--snapshot-at-fuel", "50000", "-o",
                              "halves.wsnap", "halves.wasm"});
    EXPECT_EQ(first.status, 0);
    EXPECT_EQ(first.out, "");
    EXPECT_THAT(first.err, StartsWith("note: stopped after 50,000 fuel; "));
    const Ended second = wrtd({"resume", "--dir", directory, "halves.wsnap"});
    EXPECT_EQ(second.status, 7);
    EXPECT_EQ(second.out, "onetwofo");
    EXPECT_EQ(second.err, "");
}

TEST(wrtd_resume, may_stop_again)
{
    const std::string directory = grant(make_directory("halves_again"));
    wrtd({"run", "--dir", directory, "--snapshot-at-fuel", "50000", "-o", "again.1.wsnap",
          "halves.wasm"});
    const Ended again = wrtd({"resume", "--dir", directory, "--snapshot-at-fuel", "10000", "-o",
                              "again.2.wsnap", "again.1.wsnap"});
    EXPECT_EQ(again.status, 0);
    EXPECT_EQ(wrtd({"resume", "--dir", directory, "again.2.wsnap"}).out, "onetwofo");
}

TEST(wrtd_resume, translates_all_code_whatever_is_asked_for)
{
    const std::string directory = grant(make_directory("halves_lazy"));
    const Ended first = wrtd({"run", "--code", "lazy", "--dir", directory, "--snapshot-at-fuel",
                              "50000", "-o", "lazy.wsnap", "halves.wasm"});
    EXPECT_EQ(first.status, 0) << first.err;
    const Ended second = wrtd({"resume", "--code", "lazy", "--dir", directory, "lazy.wsnap"});
    EXPECT_EQ(second.status, 7) << second.err;
    EXPECT_EQ(second.out, "onetwofo");
}

TEST(wrtd_resume, grants_nothing_that_the_command_line_does_not)
{
    const std::string directory = grant(make_directory("halves_granted"));
    wrtd({"run", "--dir", directory, "--snapshot-at-fuel", "50000", "-o", "granted.wsnap",
          "halves.wasm"});
    const Ended without = wrtd({"resume", "granted.wsnap"});
    EXPECT_EQ(without.status, 125);
    EXPECT_EQ(without.err, "error: granted.wsnap: the guest had a directory /data\n"
                           "hint: grant it what it had, in the same order: --dir HOST::/data\n");
}

TEST(wrtd_resume, says_which_file_is_gone)
{
    const std::string name = make_directory("halves_gone");
    wrtd({"run", "--dir", grant(name), "--snapshot-at-fuel", "50000", "-o", "gone.wsnap",
          "halves.wasm"});
    std::filesystem::remove(fixtures / name / "halves.txt");
    const Ended gone = wrtd({"resume", "--dir", grant(name), "gone.wsnap"});
    EXPECT_EQ(gone.status, 126);
    EXPECT_THAT(gone.err, HasSubstr("cannot be opened again: descriptor 4"));
}

TEST(wrtd_resume, refuses_what_is_damaged_and_what_is_no_snapshot)
{
    const std::string directory = grant(make_directory("halves_damaged"));
    wrtd({"run", "--dir", directory, "--snapshot-at-fuel", "50000", "-o", "damaged.wsnap",
          "halves.wasm"});
    {
        std::fstream file{fixtures / "damaged.wsnap",
                          std::ios::in | std::ios::out | std::ios::binary};
        file.seekp(100);
        file.put('x');
    }
    const Ended damaged = wrtd({"resume", "--dir", directory, "damaged.wsnap"});
    EXPECT_EQ(damaged.status, 126);
    EXPECT_THAT(damaged.err, HasSubstr("checksum does not match"));
    const Ended other = wrtd({"resume", "halves.wasm"});
    EXPECT_EQ(other.status, 126);
    EXPECT_THAT(other.err, HasSubstr("malformed snapshot"));
}

TEST(wrtd_image, runs_as_the_module_does)
{
    const std::string directory = grant(make_directory("halves_image"));
    const Ended image = wrtd({"image", "-o", "halves.wimg", "halves.wasm"});
    EXPECT_EQ(image.status, 0);
    EXPECT_THAT(image.out, HasSubstr("halves.wimg"));
    const Ended run = wrtd({"run", "--dir", directory, "halves.wimg"});
    EXPECT_EQ(run.status, 7);
    EXPECT_EQ(run.out, "onetwofo");
}

TEST(wrtd_image, has_the_digest_that_inspect_tells)
{
    const Ended image = wrtd({"image", "halves.wasm", "-o", "told.wimg"});
    const std::string digest = image.out.substr(0, 32);
    EXPECT_THAT(wrtd({"inspect", "halves.wasm"}).out, HasSubstr("image " + digest));
    EXPECT_THAT(wrtd({"inspect", "told.wimg"}).out, HasSubstr("image " + digest));
}

TEST(wrtd_image, charges_fuel_only_where_it_was_made_for_it)
{
    EXPECT_EQ(wrtd({"image", "-o", "free.wimg", "forever.wasm"}).status, 0);
    const Ended free = wrtd({"run", "--fuel", "1000", "free.wimg"});
    EXPECT_EQ(free.status, 126);
    EXPECT_THAT(free.err, HasSubstr("wrtd image --for-fuel"));
    EXPECT_EQ(wrtd({"image", "--for-fuel", "-o", "paid.wimg", "forever.wasm"}).status, 0);
    EXPECT_EQ(wrtd({"run", "--fuel", "1000", "paid.wimg"}).status, 124);
}

}  // namespace
