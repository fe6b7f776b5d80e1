#include "process.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

/// An unnamed file: as large as need be, so no pipe can fill up.
class Scratch {
public:
    Scratch() : file_{std::tmpfile()} {}
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() { std::fclose(file_); }

    [[nodiscard]] int fd() const { return fileno(file_); }
    void write(const std::string& text)
    {
        std::fwrite(text.data(), 1, text.size(), file_);
        std::fflush(file_);
        lseek(fd(), 0, SEEK_SET);
    }
    [[nodiscard]] std::string read() const
    {
        std::string text;
        lseek(fd(), 0, SEEK_SET);
        std::array<char, 4096> block;
        ssize_t got = 0;
        while ((got = ::read(fd(), block.data(), block.size())) > 0) {
            text.append(block.data(), static_cast<size_t>(got));
        }
        return text;
    }

private:
    std::FILE* file_;
};

std::vector<char*> pointers(const std::vector<std::string>& texts)
{
    std::vector<char*> list;
    for (const std::string& text : texts)
        list.push_back(const_cast<char*>(text.c_str()));
    list.push_back(nullptr);
    return list;
}

}  // namespace

Ended wrtd(const Start& start)
{
    std::vector<std::string> words{"wrtd"};
    words.insert(words.end(), start.arguments.begin(), start.arguments.end());
    const std::vector<char*> argv = pointers(words);
    const std::vector<char*> envp = pointers(start.env);
    Scratch in;
    Scratch out;
    Scratch err;
    in.write(start.input);

    const pid_t child = fork();
    if (child == 0) {
        dup2(in.fd(), STDIN_FILENO);
        dup2(out.fd(), STDOUT_FILENO);
        dup2(err.fd(), STDERR_FILENO);
        if (chdir(WRT_FIXTURES) == 0) execve(WRTD, argv.data(), envp.data());
        _exit(255);
    }
    std::thread killer;
    if (start.signal_after_ms != 0) {
        killer = std::thread{[&start, child] {
            std::this_thread::sleep_for(std::chrono::milliseconds{start.signal_after_ms});
            kill(child, SIGINT);
        }};
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (killer.joinable()) killer.join();
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), out.read(), err.read()};
}

Ended wrtd(std::vector<std::string> arguments)
{
    return wrtd(Start{.arguments = std::move(arguments), .input = {}, .env = {}});
}
