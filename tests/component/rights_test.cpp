// The one table of rights, exhaustively: every operation is tried without each right, and with only
// those it needs.
#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <functional>

#include "component/wasi_support.hpp"

namespace wrt::wasi::test {
namespace {

constexpr Rights bit(uint32_t number)
{
    return Rights{uint64_t{1} << number};
}

/// An operation and a call that performs it on descriptor `subject`; where there are two, `other`
/// may do everything.
struct Row {
    Operation operation;
    const char* name;
    DescriptorKind needs;
    std::function<Errno(Fd subject, Fd other)> call;
};

class rights_matrix : public WasiTest {
protected:
    /// A descriptor for `kind` with exactly `base`, and everything to hand on.
    Fd make(DescriptorKind kind, Rights base)
    {
        Descriptor made;
        made.kind = kind;
        made.base = base;
        made.inheriting = all_rights;
        if (kind == DescriptorKind::file) {
            made.host = ::open((inside / "file").c_str(), O_RDWR | O_CLOEXEC);
            made.type = FileType::regular_file;
        } else if (kind == DescriptorKind::directory) {
            made.host = ::open(inside.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            made.type = FileType::directory;
        } else {
            int ends[2];
            ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends);
            made.host = ends[0];
            ::close(ends[1]);
            made.type = FileType::socket_stream;
            made.flags = fdflag::nonblock;
        }
        return context().descriptors.insert(made).value;
    }

    Errno poll(Fd fd, p1::EventType type)
    {
        const Ptr subscription = guest.space(48);
        guest.set(subscription + 8, static_cast<uint8_t>(type));
        guest.set(subscription + 16, static_cast<uint32_t>(fd));
        const Ptr event = guest.space(32);
        const Ptr count = guest.space(4);
        const Errno result = p1::poll_oneoff(context(), memory(), subscription, event, 1, count);
        return result == Errno::success ? Errno{guest.get<uint16_t>(event, 8)} : result;
    }

    Ptr out() { return guest.space(64); }
    Ptr buffers() { return guest.put_buffers({{guest.space(4), 4}}); }
    Errno open_with(Fd fd, uint32_t oflags)
    {
        open("file", oflags, Rights::none, Rights::none, 0, 0, fd);
        return error;
    }

    std::vector<Row> rows()
    {
        using enum DescriptorKind;
#define WRT_ROW(operation, kind, ...)                                                              \
    Row                                                                                            \
    {                                                                                              \
        Operation::operation, #operation, kind,                                                    \
            [this]([[maybe_unused]] Fd fd, [[maybe_unused]] Fd other) { return __VA_ARGS__; }      \
    }
        return {
            WRT_ROW(fd_advise, file,
                    p1::fd_advise(context(), memory(), fd, 0, 0, p1::Advice::normal)),
            WRT_ROW(fd_allocate, file, p1::fd_allocate(context(), memory(), fd, 0, 1)),
            WRT_ROW(fd_datasync, file, p1::fd_datasync(context(), memory(), fd)),
            WRT_ROW(fd_fdstat_set_flags, file,
                    p1::fd_fdstat_set_flags(context(), memory(), fd, p1::FdFlags{0})),
            WRT_ROW(fd_filestat_get, file, p1::fd_filestat_get(context(), memory(), fd, out())),
            WRT_ROW(fd_filestat_set_size, file,
                    p1::fd_filestat_set_size(context(), memory(), fd, 4)),
            WRT_ROW(fd_filestat_set_times, file,
                    p1::fd_filestat_set_times(context(), memory(), fd, 1, 1,
                                              p1::FstFlags{p1::fstflag::atim})),
            WRT_ROW(fd_pread, file, p1::fd_pread(context(), memory(), fd, buffers(), 1, 0, out())),
            WRT_ROW(fd_pwrite, file,
                    p1::fd_pwrite(context(), memory(), fd, buffers(), 1, 0, out())),
            WRT_ROW(fd_read, file, p1::fd_read(context(), memory(), fd, buffers(), 1, out())),
            WRT_ROW(fd_readdir, directory,
                    p1::fd_readdir(context(), memory(), fd, out(), 64, 0, out())),
            WRT_ROW(fd_seek, file, p1::fd_seek(context(), memory(), fd, 0, p1::Whence::set, out())),
            WRT_ROW(fd_sync, file, p1::fd_sync(context(), memory(), fd)),
            WRT_ROW(fd_tell, file, p1::fd_tell(context(), memory(), fd, out())),
            WRT_ROW(fd_write, file, p1::fd_write(context(), memory(), fd, buffers(), 1, out())),
            WRT_ROW(path_create_directory, directory, mkdir("new", fd)),
            WRT_ROW(path_filestat_get, directory, stat("file", 0, fd)),
            WRT_ROW(path_filestat_set_times, directory,
                    set_times("file", 1, 1, p1::fstflag::atim, 0, fd)),
            WRT_ROW(path_link_source, directory, link("file", "new", 0, fd, other)),
            WRT_ROW(path_link_target, directory, link("file", "new", 0, other, fd)),
            WRT_ROW(path_open, directory, open_with(fd, 0)),
            WRT_ROW(path_open_creat, directory, open_with(fd, p1::oflag::creat)),
            WRT_ROW(path_open_trunc, directory, open_with(fd, p1::oflag::trunc)),
            WRT_ROW(path_readlink, directory, readlink("symlink", nullptr, 100, fd)),
            WRT_ROW(path_remove_directory, directory, rmdir("directory", fd)),
            WRT_ROW(path_rename_source, directory, rename("file", "new", fd, other)),
            WRT_ROW(path_rename_target, directory, rename("file", "new", other, fd)),
            WRT_ROW(path_symlink, directory, symlink("file", "new", fd)),
            WRT_ROW(path_unlink_file, directory, unlink("file", fd)),
            WRT_ROW(poll_fd_read, file, poll(fd, p1::EventType::fd_read)),
            WRT_ROW(poll_fd_write, file, poll(fd, p1::EventType::fd_write)),
            WRT_ROW(sock_accept, socket,
                    p1::sock_accept(context(), memory(), fd, p1::FdFlags{0}, out())),
            WRT_ROW(
                sock_recv, socket,
                p1::sock_recv(context(), memory(), fd, buffers(), 1, p1::RiFlags{0}, out(), out())),
            WRT_ROW(sock_send, socket,
                    p1::sock_send(context(), memory(), fd, buffers(), 1, p1::SiFlags{0}, out())),
            WRT_ROW(sock_shutdown, socket,
                    p1::sock_shutdown(context(), memory(), fd, p1::SdFlags{1})),
        };
#undef WRT_ROW
    }

    void prepare_tree()
    {
        guest.forget();
        std::error_code ignored;
        for (const char* name : {"new", "file", "symlink", "directory"})
            fs::remove_all(inside / name, ignored);
        write_file(inside / "file", "text");
        fs::create_symlink("file", inside / "symlink");
        fs::create_directory(inside / "directory");
    }

    Errno perform(const Row& row, Rights base)
    {
        prepare_tree();
        const Fd subject = make(row.needs, base);
        const Fd other = make(DescriptorKind::directory, all_rights);
        const Errno result = row.call(subject, other);
        while (context().descriptors.open_count() > 4) {
            context().descriptors.close(Fd{context().descriptors.open_count() - 1});
        }
        return result;
    }
};

TEST_F(rights_matrix, has_a_row_for_every_operation)
{
    std::vector<Operation> operations;
    for (const Row& row : rows())
        operations.push_back(row.operation);
#define WRT_OPERATION(name, rights)                                                                \
    EXPECT_EQ(std::count(operations.begin(), operations.end(), Operation::name), 1) << #name;
#include <wrt/component/wasi/rights.def>
}

TEST_F(rights_matrix, refuses_each_operation_without_each_right_it_needs)
{
    for (const Row& row : rows()) {
        for (uint32_t i = 0; i < right::count; ++i) {
            const Errno result = perform(row, without(right::all, bit(i)));
            const bool needed = includes(required_rights(row.operation), bit(i));
            EXPECT_EQ(result == Errno::notcapable, needed)
                << row.name << " without right " << i << ": " << name_of(result);
        }
    }
}

TEST_F(rights_matrix, is_content_with_what_the_table_says)
{
    for (const Row& row : rows()) {
        const Errno result = perform(row, required_rights(row.operation));
        EXPECT_NE(result, Errno::notcapable) << row.name;
        // A socket that is no listener, and one whose other end is closed, have reasons of their
        // own.
        if (row.needs != DescriptorKind::socket) {
            EXPECT_EQ(result, Errno::success) << row.name;
        }
    }
}

TEST_F(rights_matrix, changes_nothing_when_it_refuses)
{
    for (const Row& row : rows()) {
        EXPECT_EQ(perform(row, Rights::none), Errno::notcapable) << row.name;
        EXPECT_EQ(read_file(inside / "file"), "text") << row.name;
        EXPECT_FALSE(fs::exists(inside / "new")) << row.name;
        EXPECT_TRUE(fs::is_directory(inside / "directory")) << row.name;
        EXPECT_EQ(guest.get<uint32_t>(Ptr{0}), 0u);
    }
}

TEST_F(rights_matrix, never_hands_on_more_than_a_directory_may)
{
    write_file(inside / "file", "text");
    fs::create_directory(inside / "sub");
    for (const bool directory : {false, true}) {
        for (uint32_t i = 0; i < right::count; ++i) {
            const Fd parent = make(DescriptorKind::directory, all_rights);
            descriptor(parent).inheriting = without(right::all, bit(i));
            const Rights asked = directory ? without(right::all, right::of_writing) : right::all;
            const Fd fd = open(directory ? "sub" : "file", 0, asked, right::all, 0, 0, parent);
            const Rights decisive = right::of_reading | right::of_writing;
            EXPECT_EQ(error == Errno::notcapable, includes(asked & decisive, bit(i)))
                << "right " << i;
            if (error == Errno::success) {
                EXPECT_FALSE(
                    intersects(descriptor(fd).base, bit(i) & without(right::all, right::fd_tell)))
                    << i;
                EXPECT_FALSE(intersects(descriptor(fd).inheriting, bit(i))) << "right " << i;
                close(fd);
            }
            close(parent);
            guest.forget();
        }
    }
}

TEST_F(rights_matrix, gives_a_descriptor_only_rights_that_mean_something_on_it)
{
    fs::create_directory(inside / "sub");
    const Fd file = open("file", p1::oflag::creat, all_rights, all_rights);
    ASSERT_EQ(error, Errno::success);
    EXPECT_EQ(descriptor(file).base, right::of_file);
    EXPECT_EQ(descriptor(file).inheriting, Rights::none);
    const Fd sub = open_directory("sub", without(all_rights, right::of_writing));
    ASSERT_EQ(error, Errno::success);
    EXPECT_EQ(descriptor(sub).base, right::of_directory);
    EXPECT_EQ(descriptor(sub).inheriting, all_rights);
    EXPECT_EQ(seek(sub, 0, 0), Errno::notcapable);
}

TEST_F(rights_matrix, opens_for_reading_and_writing_as_the_rights_say)
{
    write_file(inside / "file", "text");
    const Fd reader = open("file", 0, right::fd_read);
    const Fd writer = open("file", 0, right::fd_write);
    const Fd neither = open("file", 0, Rights::none);
    EXPECT_EQ(::fcntl(descriptor(reader).host, F_GETFL) & O_ACCMODE, O_RDONLY);
    EXPECT_EQ(::fcntl(descriptor(writer).host, F_GETFL) & O_ACCMODE, O_WRONLY);
    EXPECT_EQ(::fcntl(descriptor(neither).host, F_GETFL) & O_ACCMODE, O_RDONLY);
    std::string text;
    EXPECT_EQ(write(reader, "x"), Errno::notcapable);
    EXPECT_EQ(read(writer, text), Errno::notcapable);
    EXPECT_EQ(read(neither, text), Errno::notcapable);
    EXPECT_EQ(write(neither, "x"), Errno::notcapable);
    EXPECT_EQ(open_error(".", p1::oflag::directory, right::fd_read | right::fd_write),
              Errno::isdir);
}

TEST_F(rights_matrix, can_be_dropped_and_never_regained)
{
    const Fd fd = create_file("file");
    EXPECT_EQ(p1::fd_fdstat_set_rights(context(), memory(), fd, right::fd_read | right::fd_seek,
                                       Rights::none),
              Errno::success);
    EXPECT_EQ(write(fd, "x"), Errno::notcapable);
    EXPECT_EQ(p1::fd_fdstat_set_rights(context(), memory(), fd, right::fd_read | right::fd_write,
                                       Rights::none),
              Errno::notcapable);
    EXPECT_EQ(p1::fd_fdstat_set_rights(context(), memory(), fd, right::fd_read, right::fd_read),
              Errno::notcapable);
    EXPECT_EQ(
        p1::fd_fdstat_set_rights(context(), memory(), fd, Rights{uint64_t{1} << 40}, Rights::none),
        Errno::notcapable);
    EXPECT_EQ(p1::fd_fdstat_set_rights(context(), memory(), Fd{99}, Rights::none, Rights::none),
              Errno::badf);
    EXPECT_EQ(descriptor(fd).base, right::fd_read | right::fd_seek);
}

/// Two preopens, 3 writable and 4 read-only, over `inside` and `outside`.
class read_only_preopen : public WasiTest {
protected:
    read_only_preopen()
    {
        preopens_[0] = {.host_path = writable_, .guest_path = "/rw"};
        preopens_[1] = {.host_path = readable_, .guest_path = "/ro", .read_only = true};
        config.preopens = preopens_;
        create();
    }

    void expect_untouched()
    {
        EXPECT_EQ(read_file(outside / "secret"), "secret");
        EXPECT_EQ(std::distance(fs::directory_iterator{outside}, {}), 1);
        EXPECT_EQ(fs::hard_link_count(outside / "secret"), 1u);
    }

    static constexpr Fd rw{3};
    static constexpr Fd ro{4};

private:
    std::string writable_ = inside.string();
    std::string readable_ = outside.string();
    std::array<Preopen, 2> preopens_;
};

TEST_F(read_only_preopen, can_be_read)
{
    // As libraries do it: with all the rights they know, short of writing.
    const Fd fd = open("secret", 0, without(right::all, right::of_writing), right::all, 0, 0, ro);
    ASSERT_EQ(error, Errno::success);
    std::string text;
    EXPECT_EQ(read(fd, text), Errno::success);
    EXPECT_EQ(text, "secret");
    EXPECT_EQ(stat("secret", 0, ro), Errno::success);
    EXPECT_FALSE(intersects(descriptor(fd).base, right::of_change));
}

TEST_F(read_only_preopen, cannot_be_changed_by_any_path)
{
    for (const Rights writing :
         {right::fd_write, right::fd_allocate, right::fd_filestat_set_size}) {
        open("secret", 0, writing, all_rights, 0, 0, ro);
        EXPECT_EQ(error, Errno::notcapable);
    }
    open("secret", p1::oflag::trunc, right::fd_read, all_rights, 0, 0, ro);
    EXPECT_EQ(error, Errno::notcapable) << "truncating needs no write right of the new descriptor";
    open("new", p1::oflag::creat, right::fd_read, all_rights, 0, 0, ro);
    EXPECT_EQ(error, Errno::notcapable);
    EXPECT_EQ(mkdir("new", ro), Errno::notcapable);
    EXPECT_EQ(unlink("secret", ro), Errno::notcapable);
    EXPECT_EQ(rmdir("new", ro), Errno::notcapable);
    EXPECT_EQ(symlink("secret", "new", ro), Errno::notcapable);
    EXPECT_EQ(set_times("secret", 1, 1, p1::fstflag::mtim, 0, ro), Errno::notcapable);
    expect_untouched();
}

TEST_F(read_only_preopen, cannot_be_left_or_entered_by_links_and_renames)
{
    write_file(inside / "file", "text");
    EXPECT_EQ(link("secret", "stolen", 0, ro, rw), Errno::notcapable)
        << "it would be writable under its new name";
    EXPECT_EQ(link("secret", "stolen", follow, ro, rw), Errno::notcapable);
    EXPECT_EQ(link("file", "new", 0, rw, ro), Errno::notcapable);
    EXPECT_EQ(link("secret", "new", 0, ro, ro), Errno::notcapable);
    EXPECT_EQ(rename("secret", "stolen", ro, rw), Errno::notcapable);
    EXPECT_EQ(rename("file", "new", rw, ro), Errno::notcapable);
    EXPECT_EQ(rename("secret", "new", ro, ro), Errno::notcapable);
    EXPECT_EQ(link("file", "twin", 0, rw, rw), Errno::success);
    EXPECT_EQ(rename("twin", "other", rw, rw), Errno::success);
    expect_untouched();
}

TEST_F(read_only_preopen, makes_all_directories_below_it_read_only)
{
    fs::create_directory(outside / "sub");
    const Fd sub = open("sub", p1::oflag::directory, without(right::all, right::of_writing),
                        right::all, 0, 0, ro);
    ASSERT_EQ(error, Errno::success);
    EXPECT_EQ(mkdir("new", sub), Errno::notcapable);
    open("new", p1::oflag::creat, right::fd_write, all_rights, 0, 0, sub);
    EXPECT_EQ(error, Errno::notcapable);
    EXPECT_EQ(p1::fd_fdstat_set_rights(context(), memory(), sub, right::all, right::all),
              Errno::notcapable);
    fs::remove(outside / "sub");
    expect_untouched();
}

TEST_F(read_only_preopen, is_no_way_around_rights_between_two_directories)
{
    // Both have every right on themselves, but what one opens may not be written.
    write_file(inside / "file", "text");
    const Fd weak = open(".", p1::oflag::directory, right::of_directory,
                         without(all_rights, right::fd_write), 0, 0, rw);
    ASSERT_EQ(error, Errno::success);
    EXPECT_EQ(link("file", "twin", 0, weak, rw), Errno::notcapable);
    EXPECT_EQ(rename("file", "twin", weak, rw), Errno::notcapable);
    EXPECT_EQ(link("file", "twin", 0, rw, weak), Errno::success);
    EXPECT_EQ(rename("twin", "other", weak, weak), Errno::success);
}

}  // namespace
}  // namespace wrt::wasi::test
