// The folding translator against one that keeps every operand in its slot: random modules must
// behave alike, whatever the options. WRT_FUZZ_RUNS says how many modules (default a few seconds'
// worth), WRT_FUZZ_SEED where to start, WRT_FUZZ_DUMP a directory for binaries and what they did.
#include <bit>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>

#include <wrt/runtime/host.hpp>
#include <wrt/runtime/memory.hpp>
#include <wrt/runtime/table.hpp>

#include "translate_generator.hpp"
#include "world.hpp"

namespace wrt::test {
namespace {

using runtime::FuncInstance;
using runtime::Slot;

constexpr int64_t plenty = int64_t{1} << 40;

ValType value_type(Type type)
{
    switch (type) {
    case Type::i32: return ValType::i32;
    case Type::i64: return ValType::i64;
    case Type::f32: return ValType::f32;
    case Type::f64: return ValType::f64;
    case Type::funcref:
    case Type::callee:
    case Type::some_func: return ValType::funcref;
    case Type::externref: return ValType::externref;
    }
    return ValType::bot;
}

/// What a host function sees of a value: one NaN, no pointers.
uint64_t seen(Type type, Slot slot)
{
    switch (type) {
    case Type::i32: return slot.as<uint32_t>();
    case Type::i64: return slot.bits;
    case Type::f32: return std::isnan(slot.as<float>()) ? 0x7fc00000u : slot.as<uint32_t>();
    case Type::f64: return std::isnan(slot.as<double>()) ? uint64_t{0x7ff8000000000000} : slot.bits;
    case Type::funcref:
    case Type::externref:
    case Type::callee:
    case Type::some_func: return slot.bits != 0;
    }
    return 0;
}

/// How a module is run.
struct Way {
    runtime::TranslateOptions options;
    int64_t fuel = plenty;
};

/// One instance of a generated module with its hosts, and a record of what it did. Records of the
/// same module must be equal; `fuel` is the part that only ways with fuel have.
class Run {
public:
    Run(const GeneratedModule& module, const Way& way) : module_{module}, way_{way}
    {
        runtime::ImportTable& names = world_.store().names();
        hosts_.reserve(module.imports);
        for (uint32_t i = 0; i < module.imports; ++i) {
            hosts_.push_back({this, i});
            std::vector<ValType> params, results;
            for (const Type type : module.functions[i].params)
                params.push_back(value_type(type));
            for (const Type type : module.functions[i].results)
                results.push_back(value_type(type));
            EXPECT_TRUE(names.define_function("h", std::to_string(i), params, results, &host,
                                              &hosts_.back()));
        }
        const auto loaded = world_.load(module.binary, {.translate = way.options});
        if (!loaded) {
            add("load: %s", text_of(loaded).c_str());
            return;
        }
        const auto made = runtime::instantiate(world_.store(), *loaded.value());
        if (!made) {
            add("instantiate: %s", text_of(made).c_str());
            return;
        }
        instance_ = made.value();
        ran_ = true;
        world_.store().execution().fuel = way.fuel;
        world_.store().execution().metered = way.options.fuel;
        for (const GeneratedModule::Call& call : module.calls)
            top_call(call);
        final_state();
    }

    [[nodiscard]] bool ran() const { return ran_; }
    [[nodiscard]] const std::string& record() const { return record_; }
    [[nodiscard]] const std::string& fuel_record() const { return fuel_record_; }
    [[nodiscard]] int64_t fuel_left() { return world_.store().execution().fuel; }

private:
    struct Host {
        Run* run;
        uint32_t index;
    };

    template <class... Args>
    void add(const char* format, Args... args)
    {
        char line[256];
        std::snprintf(line, sizeof line, format, args...);
        record_ += line;
        record_ += '\n';
    }

    void add_value(Type type, Slot slot)
    {
        char text[64];
        switch (type) {
        case Type::i32:
        case Type::i64:
        case Type::f32:
        case Type::f64: std::snprintf(text, sizeof text, " %016" PRIx64, seen(type, slot)); break;
        case Type::externref:
            std::snprintf(text, sizeof text, " %s", slot.bits == 0 ? "null" : "extern");
            break;
        case Type::funcref:
        case Type::callee:
        case Type::some_func:
            if (slot.bits == 0)
                std::snprintf(text, sizeof text, " null");
            else
                std::snprintf(text, sizeof text, " f%u",
                              index_of(*runtime::Ref{slot.bits}.as_func()));
            break;
        }
        record_ += text;
    }

    uint32_t index_of(const FuncInstance& func) const
    {
        for (uint32_t i = 0; i < instance_->functions.size(); ++i) {
            if (instance_->functions[i] == &func) return i;
        }
        return ~0u;
    }

    Slot* global(uint32_t i) { return instance_->globals[i]->value; }

    void add_error(const Error& error)
    {
        add(" %s at %" PRIu32, std::string{phrase(error.code)}.c_str(), error.offset);
        runtime::BacktraceFrame frames[32];
        const size_t count = runtime::backtrace(world_.store().execution(), frames);
        for (size_t i = 0; i < std::min<size_t>(count, std::size(frames)); ++i)
            add("  in f%u at %u", frames[i].function, frames[i].offset);
        add("  %zu frames", count);
    }

    void top_call(const GeneratedModule::Call& call)
    {
        *global(0) = Slot::of(call.rounds);
        const FunctionType& type = module_.functions[call.function];
        FuncInstance& func = *instance_->functions[call.function];
        Slot window[32] = {};
        for (size_t i = 0; i < call.args.size(); ++i)
            window[i] = Slot{call.args[i]};
        add("call f%u rounds %u", call.function, call.rounds);
        const Status status = runtime::execute(world_.store().execution(), func, window);
        if (status) {
            for (size_t i = 0; i < type.results.size(); ++i)
                add_value(type.results[i], window[i]);
            record_ += '\n';
        } else {
            add_error(status.error());
        }
        for (uint32_t i = 0; i < module_.globals.size(); ++i)
            add_value(module_.globals[i], *global(i));
        record_ += '\n';
        if (way_.options.fuel) fuel_record_ += std::to_string(fuel_left()) + '\n';
    }

    void final_state()
    {
        for (uint32_t i = 0; i < module_.memories; ++i) {
            const runtime::MemoryInstance& memory = *instance_->memories[i];
            uint32_t hash = 0;
            for (uint64_t at = 0; at < memory.size; at += 4) {
                uint32_t word = 0;
                std::memcpy(&word, memory.base + at, sizeof word);
                hash = (hash ^ word) * 0x9e3779b1u;
                hash ^= hash >> 15;
            }
            add("memory %" PRIu64 " %08x", memory.size, hash);
        }
        for (uint32_t i = 0; i < module_.tables; ++i) {
            const runtime::TableInstance& table = *instance_->tables[i];
            record_ += "table";
            for (uint64_t at = 0; at < table.size; ++at)
                add_value(Type::funcref, table.elements[at]);
            record_ += '\n';
        }
        add("hosts %08x", state_);
    }

    uint32_t mix(uint64_t value)
    {
        state_ = (state_ ^ static_cast<uint32_t>(value)) * 0x9e3779b1u;
        state_ = (state_ ^ static_cast<uint32_t>(value >> 32)) * 0x85ebca6bu;
        state_ ^= state_ >> 13;
        return state_;
    }

    static Status host(runtime::Caller& caller, void* context, Slot* slots)
    {
        const Host& self = *static_cast<Host*>(context);
        return self.run->host_call(caller, self.index, slots);
    }

    /// Mixes its arguments into a state and makes results of it; on the way it may write memory,
    /// grow it, call back, or fail.
    Status host_call(runtime::Caller& caller, uint32_t index, Slot* slots)
    {
        const FunctionType& type = module_.functions[index];
        for (size_t i = 0; i < type.params.size(); ++i)
            mix(seen(type.params[i], slots[i]));
        const uint32_t dice = mix(index);
        switch (dice % 16) {
        case 0: return Error{.code = Errc::host_failure};
        case 1: {
            const auto place = caller.bytes(dice >> 8 & 0xfff, 8);
            if (!place) return place.error();
            (*place)[dice & 7] = static_cast<uint8_t>(dice >> 20);
            break;
        }
        case 2: mix(runtime::memory_grow(*caller.memory(), dice >> 8 & 1)); break;
        case 3:
        case 4:
        case 5: {
            if (depth_ == 3) break;
            ++depth_;
            const uint32_t callee =
                module_.imports +
                (dice >> 8) % static_cast<uint32_t>(module_.functions.size() - module_.imports);
            Slot window[32] = {};
            const Types& params = module_.functions[callee].params;
            for (size_t i = 0; i < params.size(); ++i) {
                if (params[i] == Type::i32 || params[i] == Type::f32)
                    window[i] = Slot::of(mix(i));
                else if (params[i] == Type::i64 || params[i] == Type::f64)
                    window[i] = Slot{uint64_t{mix(i)} << 32 | mix(i)};
            }
            const Status status =
                runtime::execute(caller.execution, *caller.instance->functions[callee], window);
            --depth_;
            // Some let the failure through, some live with it.
            if (!status && (status.error().code == Errc::out_of_fuel || dice >> 16 & 1))
                return status;
            mix(status ? 1 : 2);
            break;
        }
        default: break;
        }
        for (size_t i = 0; i < type.results.size(); ++i) {
            switch (type.results[i]) {
            case Type::i32:
            case Type::f32: slots[i] = Slot::of(mix(i)); break;
            case Type::i64:
            case Type::f64: slots[i] = Slot{uint64_t{mix(i)} << 32 | mix(i)}; break;
            case Type::externref: slots[i] = {mix(i) & 1 ? runtime::Ref::host(7).bits : 0}; break;
            case Type::funcref:
            case Type::callee:
            case Type::some_func: slots[i] = {}; break;
            }
        }
        return ok();
    }

    const GeneratedModule& module_;
    const Way way_;
    World world_{{.limits = {.stack_slots = 1u << 17}}};
    runtime::ModuleInstance* instance_ = nullptr;
    std::vector<Host> hosts_;
    std::string record_;
    std::string fuel_record_;
    uint32_t state_ = 1;
    uint32_t depth_ = 0;
    bool ran_ = false;
};

uint64_t from_environment(const char* name, uint64_t otherwise)
{
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 0);
}

void dump(const GeneratedModule& module, const Run& run, uint64_t seed,
          const std::string& directory)
{
    const std::string stem = directory + "/" + std::to_string(seed);
    std::ofstream{stem + ".wasm", std::ios::binary}.write(
        reinterpret_cast<const char*>(module.binary.data()),
        static_cast<std::streamsize>(module.binary.size()));
    std::ofstream{stem + ".txt"} << run.record();
    std::ofstream calls{stem + ".calls"};
    constexpr const char* names[] = {"i32", "i64", "f32", "f64", "funcref", "externref", "callee"};
    const auto types = [&](const Types& list) {
        calls << list.size();
        for (const Type type : list)
            calls << ' ' << names[static_cast<size_t>(type)];
        calls << '\n';
    };
    calls << module.imports << ' ' << module.functions.size() << '\n';
    for (const FunctionType& type : module.functions) {
        types(type.params);
        types(type.results);
    }
    types(module.globals);
    calls << module.memories << ' ' << module.tables << '\n';
    for (const GeneratedModule::Call& call : module.calls) {
        calls << call.function << ' ' << call.rounds;
        for (const uint64_t bits : call.args)
            calls << ' ' << bits;
        calls << '\n';
    }
}

/// False: a difference was found, and reported.
bool compare(uint64_t seed)
{
    const GeneratedModule module = generate_module(seed);
    Run slots{module, {{.fuel = false, .interruptible = false, .slots_only = true}}};
    if (const char* const directory = std::getenv("WRT_FUZZ_DUMP"))
        dump(module, slots, seed, directory);
    EXPECT_TRUE(slots.ran()) << "seed " << seed << ": the generator made no valid module\n"
                             << slots.record();
    if (!slots.ran()) return false;
    const auto same = [&](const char* what, const std::string& left, const std::string& right) {
        EXPECT_EQ(left, right) << "seed " << seed << ", " << what;
        return left == right;
    };
    Run folded{module, {{.fuel = false, .interruptible = false, .slots_only = false}}};
    Run polled{module, {{.fuel = false, .interruptible = true, .slots_only = false}}};
    Run metered_slots{module, {{.fuel = true, .interruptible = false, .slots_only = true}}};
    Run metered{module, {{.fuel = true, .interruptible = true, .slots_only = false}}};
    if (!same("folded", slots.record(), folded.record()) ||
        !same("interruptible", slots.record(), polled.record()) ||
        !same("fuel in slots", slots.record(), metered_slots.record()) ||
        !same("fuel", slots.record(), metered.record()) ||
        !same("fuel left", metered_slots.fuel_record(), metered.fuel_record())) {
        return false;
    }
    // Some of the fuel it needs: it ends at the same instruction.
    const int64_t used = plenty - metered.fuel_left();
    const int64_t some = static_cast<int64_t>(Random{seed}.bits() % (uint64_t(used) + 1));
    Run short_slots{module, {{.fuel = true, .interruptible = true, .slots_only = true}, some}};
    Run short_{module, {{.fuel = true, .interruptible = false, .slots_only = false}, some}};
    return same("some fuel", short_slots.record(), short_.record()) &&
           same("some fuel left", short_slots.fuel_record(), short_.fuel_record());
}

TEST(translate, random_modules_do_the_same_in_slots_and_in_registers)
{
    const uint64_t first = from_environment("WRT_FUZZ_SEED", 1);
    const uint64_t runs = from_environment("WRT_FUZZ_RUNS", 3000);
    int differences = 0;
    for (uint64_t seed = first; seed < first + runs && differences < 3; ++seed)
        differences += compare(seed) ? 0 : 1;
    RecordProperty("first_seed", static_cast<int>(first));
}

}  // namespace
}  // namespace wrt::test
