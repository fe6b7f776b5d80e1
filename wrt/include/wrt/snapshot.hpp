// Snapshots: a call that was stopped half way goes on in another process, with the same result.
//
//     store.set_fuel(n);  store.set_reserve(the rest);      // modules loaded with
//     LoadOptions::fuel func.call(...)                                        // Errc::paused where
//     n was used write_snapshot(store, sink)
//
//     Snapshot::open(bytes)                                 // elsewhere
//     for each module: engine.load_module(), linker.instantiate_for_snapshot()
//     snapshot->restore(store);  resume(store, results)
//
// The file has sections: 1 a module's binary (in the order of the store's instances), 2 the state
// (wrt/runtime/snapshot.hpp), 3 what the embedder adds. The checksum at its end finds damage.
// Everything that is read is checked; a snapshot from an enemy is either refused or what some run
// of its modules might have been.
#pragma once

#include <cstdint>
#include <span>

#include <wrt/foundation/section_file.hpp>
#include <wrt/module.hpp>
#include <wrt/store.hpp>

namespace wrt {

inline constexpr FileKind snapshot_kind{"wsnap", 1};

/// Writes a snapshot of the store, whose last call was stopped (Errc::paused, out_of_fuel or
/// interrupted) at a fuel check point; the store may still go on. `host` becomes section 3. Errors:
/// unsupported, with what stands in the way (Errc::snapshot_*); the sink's.
[[nodiscard]] Status write_snapshot(Store& store, ByteSink sink,
                                    std::span<const uint8_t> host = {}) noexcept;

/// A snapshot's parts: views of its bytes, which the caller keeps.
class Snapshot {
public:
    /// Errors: malformed (no snapshot, of another version, damaged).
    [[nodiscard]] static Result<Snapshot> open(std::span<const uint8_t> bytes) noexcept;

    [[nodiscard]] size_t module_count() const noexcept { return file_.count(module_section); }
    /// The binary of the `index`-th instance's module.
    [[nodiscard]] std::span<const uint8_t> module(size_t index) const noexcept
    {
        return file_.section(module_section, index).value_or(std::span<const uint8_t>{});
    }
    [[nodiscard]] std::span<const uint8_t> host() const noexcept
    {
        return file_.section(host_section).value_or(std::span<const uint8_t>{});
    }

    /// Puts the state into a store with an instance for each module, in their order, loaded with
    /// fuel and made by Linker::instantiate_for_snapshot(). The store has the fuel that the first
    /// one had left. After an error it is to be left. Errors: malformed, unlinkable, exhaustion.
    [[nodiscard]] Status restore(Store& store) const noexcept;

private:
    friend Status write_snapshot(Store&, ByteSink, std::span<const uint8_t>) noexcept;

    static constexpr uint32_t module_section = 1;
    static constexpr uint32_t state_section = 2;
    static constexpr uint32_t host_section = 3;

    explicit Snapshot(SectionFile file) noexcept : file_{file} {}

    SectionFile file_;
};

/// Whether the store's last call was stopped at a fuel check point, so that resume() goes on.
[[nodiscard]] bool is_stopped(Store& store) noexcept;
/// The type of the function whose results resume() gives.
[[nodiscard]] FuncType stopped_type(Store& store) noexcept;
/// Goes on with a call that is_stopped(), here or where a snapshot brought it. As Func::call().
[[nodiscard]] Status resume(Store& store, std::span<Value> results) noexcept;

/// Fuel that comes after Store::set_fuel()'s: with it, a call that used that one up is paused
/// (Errc::paused), and nothing else fails for want of fuel.
void set_reserve(Store& store, uint64_t fuel) noexcept;
[[nodiscard]] uint64_t reserve(Store& store) noexcept;

}  // namespace wrt
