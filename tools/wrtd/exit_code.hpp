// What wrtd's exit status means: the numbers that shells, env(1), timeout(1) and container runtimes
// already use. A guest's own status passes through unchanged, whatever it is.
#pragma once

namespace wrtd {

inline constexpr int exit_success = 0;
inline constexpr int exit_bad = 1;             ///< A checking command found what it looks for.
inline constexpr int exit_uncheckable = 2;     ///< A checking command could not check.
inline constexpr int exit_out_of_time = 124;   ///< Fuel or deadline used up.
inline constexpr int exit_failed = 125;        ///< wrtd itself failed: usage, I/O, a bug.
inline constexpr int exit_not_runnable = 126;  ///< Malformed, invalid, unsupported, not linkable.
inline constexpr int exit_not_found = 127;     ///< No such file, or no such export in it.
inline constexpr int exit_interrupted = 130;   ///< 128 + SIGINT.
inline constexpr int exit_trap = 134;  ///< 128 + SIGABRT; also an exception that nothing caught.
inline constexpr int exit_over_budget = 137;  ///< 128 + SIGKILL, as after an OOM kill.

}  // namespace wrtd
