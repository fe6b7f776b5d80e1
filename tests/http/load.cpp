// Asks an HTTP server for one page over and over, on many connections that stay open, from one
// thread.
//
//   http_load HOST:PORT PATH --connections 64 --seconds 5 [--pid PID]
//
// Prints requests per second, the median and the 99th percentile of the time that one takes, and
// with a process what it took of the processors, and its resident memory. Exit code 1 where an
// answer was not 200 or did not come.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void stop(const char* what)
{
    std::fprintf(stderr, "http_load: %s\n", what);
    std::exit(2);
}

struct Connection {
    int fd = -1;
    std::string in;
    Clock::time_point asked;
    bool is_waiting = false;
};

/// Bytes of the whole response at the front of `in`, or 0 where it is not whole yet.
size_t response_size(std::string_view in)
{
    const size_t head = in.find("\r\n\r\n");
    if (head == std::string_view::npos) return 0;
    constexpr std::string_view length = "content-length: ";
    const size_t at = in.find(length);
    if (at < head) {
        const size_t size = head + 4 + std::strtoull(in.data() + at + length.size(), nullptr, 10);
        return in.size() >= size ? size : 0;
    }
    constexpr std::string_view last = "0\r\n\r\n";
    const size_t end = in.find(last, head + 2);
    return end == std::string_view::npos ? 0 : end + last.size();
}

long resident_kib(const std::string& pid)
{
    std::ifstream status{"/proc/" + pid + "/status"};
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) return std::strtol(line.c_str() + 6, nullptr, 10);
    }
    return 0;
}

class Load {
public:
    Load(const std::string& address, const std::string& path, size_t connections)
        : request_{"GET " + path + " HTTP/1.1\r\nhost: " + address + "\r\n\r\n"},
          connections_(connections),
          polled_(connections)
    {
        const size_t colon = address.rfind(':');
        if (colon == std::string::npos) stop("an address is HOST:PORT");
        to_.sin_family = AF_INET;
        to_.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(colon + 1))));
        if (::inet_pton(AF_INET, address.substr(0, colon).c_str(), &to_.sin_addr) != 1)
            stop("HOST is no address");
        for (size_t i = 0; i < connections; ++i)
            connect(i);
    }

    void run(Clock::time_point until)
    {
        bool is_over = false;
        for (size_t i = 0; i < connections_.size(); ++i)
            ask(connections_[i]);
        while (true) {
            const bool time_is_up = Clock::now() >= until;
            is_over = time_is_up && std::ranges::none_of(connections_, &Connection::is_waiting);
            if (is_over) return;
            if (::poll(polled_.data(), polled_.size(), 5000) == 0) {
                ++failures;
                std::fprintf(stderr, "http_load: no answer in 5 s\n");
                return;
            }
            for (size_t i = 0; i < connections_.size(); ++i) {
                if (polled_[i].revents != 0) take(i, time_is_up);
            }
        }
    }

    std::vector<float> times;  ///< Milliseconds of each request.
    size_t failures = 0;

private:
    void connect(size_t i)
    {
        Connection& connection = connections_[i];
        connection = {};
        connection.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (::connect(connection.fd, reinterpret_cast<const sockaddr*>(&to_), sizeof to_) != 0)
            stop("cannot connect");
        const int one = 1;
        ::setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        polled_[i] = {.fd = connection.fd, .events = POLLIN, .revents = 0};
    }

    void ask(Connection& connection)
    {
        connection.asked = Clock::now();
        connection.is_waiting = true;
        if (::send(connection.fd, request_.data(), request_.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(request_.size()))
            ++failures;
    }

    void take(size_t i, bool is_last)
    {
        Connection& connection = connections_[i];
        char buffer[64 * 1024];
        const ssize_t size = ::recv(connection.fd, buffer, sizeof buffer, 0);
        if (size <= 0) {
            if (connection.is_waiting) ++failures;
            ::close(connection.fd);
            if (is_last) {
                connection.is_waiting = false;
                polled_[i].fd = -1;
                return;
            }
            connect(i);
            return ask(connections_[i]);
        }
        connection.in.append(buffer, static_cast<size_t>(size));
        const size_t whole = response_size(connection.in);
        if (whole == 0) return;
        if (!connection.in.starts_with("HTTP/1.1 200")) ++failures;
        connection.in.erase(0, whole);
        times.push_back(
            std::chrono::duration<float, std::milli>(Clock::now() - connection.asked).count());
        connection.is_waiting = false;
        if (!is_last) ask(connection);
    }

    sockaddr_in to_{};
    std::string request_;
    std::vector<Connection> connections_;
    std::vector<pollfd> polled_;
};

/// What a process has had of the processors, in microseconds; ticks of 10 ms.
double cpu_us(const std::string& pid)
{
    std::ifstream stat{"/proc/" + pid + "/stat"};
    std::string text{std::istreambuf_iterator<char>{stat}, std::istreambuf_iterator<char>{}};
    // Behind the name, which may have spaces in it, utime and stime are fields 12 and 13.
    std::istringstream fields{text.substr(std::min(text.rfind(')') + 1, text.size()))};
    std::string skipped;
    for (int i = 0; i < 11; ++i)
        fields >> skipped;
    double user = 0, system = 0;
    fields >> user >> system;
    return (user + system) * 1e6 / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc < 3)
        stop("usage: http_load HOST:PORT PATH [--connections N] [--seconds S] [--pid PID]");
    size_t connections = 64;
    double seconds = 5;
    std::string pid;
    for (int i = 3; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        if (name == "--connections")
            connections = std::strtoul(argv[i + 1], nullptr, 10);
        else if (name == "--seconds")
            seconds = std::strtod(argv[i + 1], nullptr);
        else if (name == "--pid")
            pid = argv[i + 1];
        else
            stop("no such option");
    }
    Load load{argv[1], argv[2], connections};
    // In ten parts, so that memory which only grows can be told from memory that is in use.
    const Clock::time_point start = Clock::now();
    std::string memory;
    const double cpu_before = pid.empty() ? 0 : cpu_us(pid);
    for (int part = 1; part <= 10; ++part) {
        load.run(start + std::chrono::duration_cast<Clock::duration>(
                             std::chrono::duration<double>{seconds * part / 10}));
        if (!pid.empty()) memory += (part == 1 ? "" : " ") + std::to_string(resident_kib(pid));
    }
    const double took = std::chrono::duration<double>{Clock::now() - start}.count();
    std::vector<float>& times = load.times;
    if (times.empty()) stop("no answer at all");
    std::ranges::sort(times);
    std::printf(
        "%zu requests in %.2f s: %.0f per second, median %.2f ms, 99%% %.2f ms, %zu failures\n",
        times.size(), took, static_cast<double>(times.size()) / took,
        static_cast<double>(times[times.size() / 2]),
        static_cast<double>(times[times.size() * 99 / 100]), load.failures);
    if (!pid.empty()) {
        std::printf("%.0f us of the processors for each\n",
                    (cpu_us(pid) - cpu_before) / static_cast<double>(times.size()));
    }
    if (!pid.empty()) std::printf("resident KiB after each tenth: %s\n", memory.c_str());
    return load.failures == 0 ? 0 : 1;
}
