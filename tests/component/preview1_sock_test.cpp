#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <thread>

#include "component/wasi_support.hpp"

namespace wrt::wasi::test {
namespace {

/// Descriptor 4 is a listener on the loopback, 5 one end of a stream, 6 one end of a datagram pair.
class preview1_sock : public WasiTest {
protected:
    preview1_sock()
    {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address),
                  0);
        EXPECT_EQ(::listen(listener_, 4), 0);
        int pair[2];
        int datagrams[2];
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, datagrams), 0);
        const int granted[] = {listener_, pair[0], datagrams[0]};
        config.sockets = granted;
        create();
        ::close(pair[0]);
        ::close(datagrams[0]);
        peer = pair[1];
        datagram_peer = datagrams[1];
    }
    ~preview1_sock() override
    {
        for (const int fd : {listener_, peer, datagram_peer})
            ::close(fd);
    }

    int connect_peer()
    {
        sockaddr_in address{};
        socklen_t size = sizeof address;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), size), 0);
        return fd;
    }
    Fd accept(uint32_t flags = 0)
    {
        const Ptr result = guest.put_value(uint32_t{0xffffffff});
        error = p1::sock_accept(context(), memory(), listener, p1::FdFlags{flags}, result);
        return Fd{guest.get<uint32_t>(result)};
    }
    Errno recv(Fd fd, std::string& text, uint32_t size = 100, uint32_t flags = 0)
    {
        const Ptr buffer = guest.space(size);
        const Ptr count = guest.put_value(uint32_t{0});
        const Ptr out_flags = guest.put_value(uint16_t{0xffff});
        const Errno result =
            p1::sock_recv(context(), memory(), fd, guest.put_buffers({{buffer, size}}), 1,
                          p1::RiFlags{flags}, count, out_flags);
        text = guest.text(buffer, guest.get<uint32_t>(count));
        roflags = guest.get<uint16_t>(out_flags);
        return result;
    }
    Errno send(Fd fd, std::string_view text, uint32_t flags = 0)
    {
        const Ptr count = guest.put_value(uint32_t{0});
        const Errno result = p1::sock_send(context(), memory(), fd,
                                           guest.put_buffers({{guest.put(text), length(text)}}), 1,
                                           p1::SiFlags{flags}, count);
        moved = guest.get<uint32_t>(count);
        return result;
    }
    Errno shutdown(Fd fd, uint32_t how)
    {
        return p1::sock_shutdown(context(), memory(), fd, p1::SdFlags{how});
    }
    static void give(int fd, std::string_view text)
    {
        EXPECT_EQ(::send(fd, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    }
    static std::string take(int fd)
    {
        char bytes[100];
        const ssize_t size = ::recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
        return {bytes, size > 0 ? static_cast<size_t>(size) : 0};
    }

    static constexpr Fd listener{4};
    static constexpr Fd stream{5};
    static constexpr Fd datagram{6};
    int peer = -1;
    int datagram_peer = -1;
    uint16_t roflags = 0;

private:
    int listener_ = -1;
};

TEST_F(preview1_sock, accepts_connections)
{
    const int other = connect_peer();
    const Fd fd = accept();
    ASSERT_EQ(error, Errno::success);
    EXPECT_EQ(fd, Fd{7});
    EXPECT_EQ(descriptor(fd).base, right::of_socket);
    EXPECT_EQ(::fcntl(descriptor(fd).host, F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(send(fd, "hello"), Errno::success);
    EXPECT_EQ(take(other), "hello");
    give(other, "back");
    std::string text;
    EXPECT_EQ(recv(fd, text), Errno::success);
    EXPECT_EQ(text, "back");
    ::close(other);
}

TEST_F(preview1_sock, accepts_without_waiting_if_so_asked)
{
    p1::fd_fdstat_set_flags(context(), memory(), listener, p1::FdFlags{fdflag::nonblock});
    accept();
    EXPECT_EQ(error, Errno::again);
    const int other = connect_peer();
    const Fd fd = accept(fdflag::nonblock);
    ASSERT_EQ(error, Errno::success);
    std::string text;
    EXPECT_EQ(recv(fd, text), Errno::again);
    accept(fdflag::append);
    EXPECT_EQ(error, Errno::inval);
    ::close(other);
}

TEST_F(preview1_sock, keeps_a_connection_waiting_while_the_table_is_full)
{
    const int other = connect_peer();
    while (!context().descriptors.full())
        create_file("file");
    accept();
    EXPECT_EQ(error, Errno::mfile);
    EXPECT_EQ(close(Fd{20}), Errno::success);
    EXPECT_EQ(accept(), Fd{20});
    ::close(other);
}

TEST_F(preview1_sock, reads_and_writes_like_a_file)
{
    EXPECT_EQ(write(stream, "abc"), Errno::success);
    EXPECT_EQ(take(peer), "abc");
    give(peer, "def");
    std::string text;
    EXPECT_EQ(read(stream, text), Errno::success);
    EXPECT_EQ(text, "def");
    EXPECT_EQ(seek(stream, 0, 0), Errno::notcapable);
    EXPECT_EQ(read(listener, text), Errno::notconn);
}

TEST_F(preview1_sock, peeks_and_waits_for_all)
{
    give(peer, "abc");
    std::string text;
    EXPECT_EQ(recv(stream, text, 2, p1::riflag::recv_peek), Errno::success);
    EXPECT_EQ(text, "ab");
    std::thread other{[&] {
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
        give(peer, "def");
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
        give(peer, "ghi");
    }};
    EXPECT_EQ(recv(stream, text, 8, p1::riflag::recv_waitall), Errno::success);
    EXPECT_EQ(text, "abcdefgh");
    other.join();
    EXPECT_EQ(roflags, 0u);
    EXPECT_EQ(recv(stream, text, 8, 4), Errno::inval);
}

TEST_F(preview1_sock, waits_for_all_across_several_buffers)
{
    const Ptr a = guest.put("....");
    const Ptr b = guest.put("....");
    const Ptr count = guest.space(4);
    const Ptr flags = guest.space(4);
    std::thread other{[&] {
        for (const char* piece : {"1", "2345", "67"}) {
            give(peer, piece);
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        }
    }};
    EXPECT_EQ(p1::sock_recv(context(), memory(), stream, guest.put_buffers({{a, 3}, {b, 4}}), 2,
                            p1::RiFlags{p1::riflag::recv_waitall}, count, flags),
              Errno::success);
    other.join();
    EXPECT_EQ(guest.get<uint32_t>(count), 7u);
    EXPECT_EQ(guest.text(a, 4), "123.");
    EXPECT_EQ(guest.text(b, 4), "4567");
}

TEST_F(preview1_sock, tells_that_a_datagram_was_cut)
{
    give(datagram_peer, "a long message");
    std::string text;
    EXPECT_EQ(recv(datagram, text, 6), Errno::success);
    EXPECT_EQ(text, "a long");
    EXPECT_EQ(roflags, p1::roflag::recv_data_truncated);
    give(datagram_peer, "short");
    EXPECT_EQ(recv(datagram, text), Errno::success);
    EXPECT_EQ(text, "short");
    EXPECT_EQ(roflags, 0u);
    EXPECT_EQ(send(datagram, ""), Errno::success) << "an empty datagram is one";
    char byte = 0;
    EXPECT_EQ(::recv(datagram_peer, &byte, 1, MSG_DONTWAIT), 0);
}

TEST_F(preview1_sock, shuts_down)
{
    EXPECT_EQ(shutdown(stream, 0), Errno::inval);
    EXPECT_EQ(shutdown(stream, 4), Errno::inval);
    EXPECT_EQ(shutdown(stream, p1::sdflag::wr), Errno::success);
    EXPECT_EQ(send(stream, "x"), Errno::pipe) << "and no SIGPIPE";
    give(peer, "still");
    std::string text;
    EXPECT_EQ(recv(stream, text), Errno::success);
    EXPECT_EQ(text, "still");
    EXPECT_EQ(shutdown(stream, p1::sdflag::all), Errno::success);
    EXPECT_EQ(recv(stream, text), Errno::success);
    EXPECT_EQ(text, "");
}

TEST_F(preview1_sock, knows_a_socket_from_what_is_none)
{
    const Fd file = create_file("file");
    std::string text;
    for (const Fd fd : {file, Fd{0}, first_preopen}) {
        EXPECT_EQ(shutdown(fd, 1), Errno::notsock);
        EXPECT_EQ(send(fd, "x"), Errno::notsock);
        EXPECT_EQ(recv(fd, text), Errno::notsock);
        EXPECT_EQ(p1::sock_accept(context(), memory(), fd, p1::FdFlags{0}, guest.space(4)),
                  Errno::notsock);
    }
    EXPECT_EQ(shutdown(Fd{99}, 1), Errno::badf);
    EXPECT_EQ(send(Fd{99}, "x"), Errno::badf);
    EXPECT_EQ(send(stream, "x", 1), Errno::inval);
    EXPECT_EQ(p1::sock_accept(context(), memory(), stream, p1::FdFlags{0}, guest.space(4)),
              Errno::notcapable);
    EXPECT_EQ(recv(listener, text), Errno::notconn);
    EXPECT_EQ(send(listener, "x"), Errno::notcapable);
}

TEST_F(preview1_sock, needs_its_results_inside_the_memory)
{
    give(peer, "abc");
    const int other = connect_peer();
    const uint32_t end = guest.size();
    const Ptr iovs = guest.put_buffers({{guest.space(8), 8}});
    const Ptr good = guest.space(4);
    EXPECT_EQ(
        p1::sock_recv(context(), memory(), stream, iovs, 1, p1::RiFlags{0}, Ptr{end - 3}, good),
        Errno::fault);
    EXPECT_EQ(
        p1::sock_recv(context(), memory(), stream, iovs, 1, p1::RiFlags{0}, good, Ptr{end - 1}),
        Errno::fault);
    EXPECT_EQ(p1::sock_accept(context(), memory(), listener, p1::FdFlags{0}, Ptr{end - 3}),
              Errno::fault);
    std::string text;
    EXPECT_EQ(recv(stream, text), Errno::success);
    EXPECT_EQ(text, "abc") << "nothing was taken for nothing";
    accept();
    EXPECT_EQ(error, Errno::success);
    ::close(other);
}

TEST_F(preview1_sock, can_be_polled)
{
    const Ptr subscription = guest.space(48);
    guest.set(subscription + 8, uint8_t{1});
    guest.set(subscription + 16, uint32_t{4});
    const int other = connect_peer();
    const Ptr event = guest.space(32);
    EXPECT_EQ(p1::poll_oneoff(context(), memory(), subscription, event, 1, guest.space(4)),
              Errno::success);
    EXPECT_EQ(guest.get<uint16_t>(event, 8), 0u);
    ::close(other);
}

}  // namespace
}  // namespace wrt::wasi::test
