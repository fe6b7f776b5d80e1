// Runs wrtd as a user would, and catches everything that can be seen of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

struct Ended {
    int status = 0;  ///< The exit status; -N when signal N ended it.
    std::string out;
    std::string err;
};

struct Start {
    std::vector<std::string> arguments;
    std::string input;
    std::vector<std::string> env;  ///< The whole environment.
    int signal_after_ms = 0;       ///< Sends SIGINT so much later, where it is not 0.
};

/// Runs wrtd with the fixtures' directory as its own.
Ended wrtd(const Start& start);
Ended wrtd(std::vector<std::string> arguments);
