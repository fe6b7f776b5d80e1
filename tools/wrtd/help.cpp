#include "help.hpp"

#include <array>

#include <fmt/format.h>

#include <wrt/wrt.hpp>

namespace wrtd {
namespace {

constexpr std::array<std::string_view, 4> names{"exit-codes", "features", "limits", "wasi"};

constexpr std::array<std::string_view, 4> texts{
    R"(exit codes of wrtd run and wrtd call

  0        success
  1-255    the guest's own exit status, unchanged
  124      fuel or time used up (--fuel, --timeout)
  125      wrtd itself failed: bad usage, a file that could not be read
  126      found but not runnable: malformed, invalid, unsupported, an import that nothing provides
  127      no such file, or no such export in it
  130      interrupted
  134      trap, or an exception that nothing caught
  137      memory budget exceeded (--budget)

validate, inspect, print and wast: 0 good, 1 the thing checked is bad, 2 it could not be checked.
)",
    R"(features

  --features SET     what modules may use. SET is words with commas between: mvp, 2.0 or 3.0 first
                     (default 3.0), then +name and -name. A name brings what it needs, and takes what
                     needs it along.

  2.0  sign-extension, saturating-float-to-int, multi-value, reference-types, bulk-memory, simd
  3.0  relaxed-simd, tail-call, function-references, gc, exceptions, memory64, multi-memory,
       extended-const
  off  legacy-exceptions, threads, custom-page-sizes, wide-arithmetic

  wrtd validate --features mvp FILE      is FILE WebAssembly of the first version?
  wrtd run --features +threads FILE      3.0 and shared memories

A module that needs more is refused, with the place and the feature.
)",
    R"(limits

  --budget SIZE      everything wrtd takes on behalf of the guest: the decoded and translated module,
                     instances, the stack, tables and memories. Exceeding it while loading ends with
                     137; a guest that grows its memory past it sees memory.grow return -1.
  --max-memory SIZE  linear memory of all memories together; memory.grow past it returns -1.
  --gc-heap SIZE     garbage-collected objects; where live ones do not fit, the guest ends with
                     "garbage-collected heap exhausted". A quarter of the budget, at most 1 GiB.
  --stack SIZE       the block that holds frames and operands; past it the guest traps with
                     "call stack exhausted".
  --fuel N           about one unit per instruction, more for bulk operations; ends with 124.
  --timeout TIME     wall time, instantiation included; ends with 124.

SIZE is a number of bytes, or one with K, M, G, KiB, MiB, GiB (1024) or KB, MB, GB (1000).
)",
    R"(WASI

wrtd provides WASI preview 1 (wasi_snapshot_preview1) to core modules and WASI 0.2 to components.
`wrtd serve` gives a guest of wasi:http requests to answer. A guest sees what it is given: no directory, no
variable, no network, and the three standard streams
of wrtd.

  --dir HOST[::GUEST][:ro]  a directory and all below it; GUEST is its name for the guest, :ro refuses
                            every change. Links that lead out of it do not.
  --env NAME[=VALUE]        a variable; without a value the one set here. --env-all passes all.
  --stdin, --stdout, --stderr FILE|null|inherit
  --argv0 NAME              otherwise argv[0] is FILE as it was written
  --no-wasi                 nothing at all: such imports are then missing

Components may be given a network, by rules that can be repeated:

  --net                     all of it
  --allow-net HOST[:PORT]   connect and send there, by sockets and by HTTP. HOST is a name (whose addresses
                            are then allowed too), *.NAME, an address, a network such as 10.0.0.0/8, or *;
                            IPv6 in brackets before a port. PORT is a number, FIRST-LAST or *. "localhost"
                            is all loopback addresses. Of a name's addresses only public ones are allowed,
                            whatever is answered when it is looked up: not those of this machine, of
                            private networks or of links, unless a rule of addresses allows them too,
                            or the name's own ends in =private: db.internal:5432=private.
  --allow-listen ADDRESS[:PORT]
                            wait there for connections and for datagrams of anybody; port 0 is one that the
                            system chooses
  --max-sockets N           at one time; default 256
)",
};

}  // namespace

std::span<const std::string_view> help_topics()
{
    return names;
}

std::string help_topic_names()
{
    return fmt::format("{}", fmt::join(names, ", "));
}

std::optional<std::string_view> help_topic(std::string_view name)
{
    for (size_t i = 0; i < names.size(); ++i) {
        if (names[i] == name) return texts[i];
    }
    return std::nullopt;
}

std::string version_text()
{
    return fmt::format("wrtd {}\n", wrt::version());
}

}  // namespace wrtd
