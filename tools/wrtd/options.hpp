// What the command line asked for, as plain data. Only options.cpp knows how it was spelt.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <wrt/decoder/features.hpp>
#include <wrt/foundation/budget.hpp>

namespace wrtd {

enum class Command : uint8_t { run, resume, image, call, serve, validate, inspect, print, wast };

enum class Color : uint8_t { automatic, always, never };

enum class CodeMode : uint8_t { eager, lazy };

enum class LogLevel : uint8_t { off, error, warn, info, debug, trace };

/// Bounds on what a guest may use. Absent: no bound but the defaults of the library.
struct Limits {
    std::optional<uint64_t> budget;  ///< Bytes of the arena: module, instances, stack, memories.
    std::optional<uint64_t> arena;   ///< Bytes of one block that all of that lies in.
    std::optional<uint64_t> max_memory;   ///< Bytes of linear memory, all memories together.
    std::optional<uint64_t> memory_room;  ///< Bytes in the block that each memory may grow to.
    std::optional<uint64_t> gc_heap;      ///< Bytes of garbage-collected objects.
    std::optional<uint64_t> stack;        ///< Bytes of the execution stack.
    std::optional<uint64_t> code_cache;   ///< Bytes for code that is translated lazily.
    std::optional<uint64_t> fuel;
    std::optional<uint64_t>
        timeout_ns;  ///< Wall time from before instantiation to the end of the run.
};

/// `--dir HOST[::GUEST][:ro]`
struct Preopen {
    std::string host;
    std::string guest;
    bool read_only = false;
};

/// Where a standard stream of the guest leads.
struct Stream {
    enum class Kind : uint8_t { inherit, null, file };
    Kind kind = Kind::inherit;
    std::string path;  ///< For `file`.
};

/// `--preload NS:PKG=FILE`: a component whose exports satisfy imports of the guest.
struct Preload {
    std::string package;
    std::string file;
};

struct WasiOptions {
    bool enabled = true;
    std::vector<Preopen> preopens;
    std::vector<std::string> env;  ///< "NAME=VALUE", in the order given; a later one wins.
    bool inherit_env = false;
    Stream in, out, err;
    std::optional<std::string> argv0;
    std::vector<std::string> allow_net;     ///< Rules: whom the guest may connect and send to.
    std::vector<std::string> allow_listen;  ///< Rules: where it may wait for others.
    std::optional<uint64_t> max_sockets;
};

struct Options {
    Command command = Command::run;
    Color color = Color::automatic;
    LogLevel log = LogLevel::warn;

    std::vector<std::string> files;      ///< One for run, call, inspect and print.
    std::vector<std::string> arguments;  ///< run: the guest's; call: the call, as written.

    wrt::FeatureSet features = {};  ///< What modules may use.
    std::optional<CodeMode> code;   ///< Where none is given: components lazily, modules eagerly.
    Limits limits;
    const wrt::Preset* profile = nullptr;
    WasiOptions wasi;
    std::optional<uint64_t> snapshot_at_fuel;  ///< Stop there, and write a snapshot to `output`.
    std::string output;                        ///< A file.
    bool image_for_fuel = false;               ///< image: its code charges fuel.
    bool image_for_timeout = false;            ///< image: its loops look for interrupts.
    std::vector<Preload> preloads;  ///< In the order given; a later one may use the earlier ones.

    /// wrtd inspect --budget.
    struct BudgetReport {
        bool wanted = false;
        std::optional<uint64_t> most;  ///< Exit 1 where it needs more bytes.
        bool svg = false;
        std::string against;  ///< An older one; exit 1 where it needs less.
    } budget;

    /// wrtd serve.
    struct Serve {
        std::string host = "127.0.0.1";
        uint16_t port = 8080;
        uint32_t workers = 0;          ///< Requests at one time; 0: as the machine has cores.
        uint64_t reuse_instances = 1;  ///< Requests that one may have, one after the other.
        uint32_t max_connections = 1024;
        uint32_t max_header_bytes = 16 * 1024;
        uint64_t max_body_bytes = uint64_t{64} << 20;
        uint64_t head_ns = 10'000'000'000;
        uint64_t grace_ns = 10'000'000'000;
    } serve;

    bool stats = false;
    bool json = false;
    bool quiet = false;

    /// wrtd wast.
    struct Wast {
        bool verbose = false;
        bool validate_only = false;
        std::string filter;
        std::string known_failures;
        std::string junit;
    } wast;
};

/// What to print instead of doing anything: help and versions (exit 0), usage errors.
struct Reply {
    int exit_code = 0;
    std::string text;  ///< For stdout when exit_code is 0; else the message, without "error: ".
    std::string hint;
};

/// Parses argv[1..]. Environment: WRTD_BUDGET.
[[nodiscard]] std::variant<Options, Reply> parse_options(std::span<const char* const> arguments);

/// `--addr`'s value: HOST:PORT, [HOST]:PORT, :PORT or PORT. False: none of these.
[[nodiscard]] bool parse_address(std::string_view text, Options::Serve& serve);

/// `--dir`'s value. A ":ro" at the end is the flag, "::" separates the two paths, and without it
/// the guest sees the directory under the name it has here.
[[nodiscard]] Preopen parse_preopen(std::string_view text);

}  // namespace wrtd
