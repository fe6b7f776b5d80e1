#include "outcome.hpp"

#include <cinttypes>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include <wrt/runtime/host.hpp>
#include <wrt/runtime/memory.hpp>
#include <wrt/runtime/table.hpp>

#include "runtime/world.hpp"

namespace wrt::test {
namespace {

using runtime::FuncInstance;
using runtime::Slot;

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
    case Type::v128: return ValType::v128;
    case Type::exn: return ValType::exnref;
    case Type::anyref:
    case Type::object:
    case Type::packed:
    case Type::numbers:
    case Type::list:
    case Type::i31: break;  // no host function has them
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
    case Type::exn:
    case Type::v128:
    case Type::anyref:
    case Type::object:
    case Type::packed:
    case Type::numbers:
    case Type::list:
    case Type::i31: break;
    }
    return 0;
}

/// Failures that every engine tells apart.
struct Failure {
    Errc code;
    const char* name;
};
constexpr Failure failures[] = {
    {Errc::unreachable, "unreachable"},
    {Errc::integer_divide_by_zero, "zero"},
    {Errc::integer_overflow, "unrepresentable"},
    {Errc::invalid_conversion_to_integer, "unrepresentable"},
    {Errc::out_of_bounds_memory_access, "memory"},
    {Errc::out_of_bounds_table_access, "table"},
    {Errc::undefined_element, "table"},
    {Errc::uninitialized_element, "signature"},
    {Errc::indirect_call_type_mismatch, "signature"},
    {Errc::null_reference, "null"},
    {Errc::null_function_reference, "null"},
    {Errc::null_structure_reference, "null"},
    {Errc::null_array_reference, "null"},
    {Errc::null_i31_reference, "null"},
    {Errc::null_exception_reference, "null"},
    {Errc::out_of_bounds_array_access, "array"},
    {Errc::cast_failure, "cast"},
    {Errc::uncaught_exception, "exception"},
    {Errc::host_failure, "host"},
    {Errc::call_stack_exhausted, "stack"},
};

std::string failure_of(Errc code)
{
    for (const Failure& failure : failures) {
        if (failure.code == code) return failure.name;
    }
    return std::string{phrase(code)};
}

[[gnu::format(printf, 2, 3)]] void print(std::string& to, const char* format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    std::vsnprintf(text, sizeof text, format, args);
    va_end(args);
    to += text;
}

/// One instance of a generated module with its hosts.
class Run {
public:
    Run(const GeneratedModule& module, const Way& way)
        : module_{module},
          way_{way},
          world_{{.limits = {.stack_slots = 1u << 17}, .collect_always = way.collect_always}}
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
        const auto loaded = world_.load(
            module.binary, {.translate = way.options,
                            .code = way.lazy ? runtime::CodeMode::lazy : runtime::CodeMode::eager});
        if (!loaded) {
            outcome_.record = "load: " + text_of(loaded);
            return;
        }
        const auto made = runtime::instantiate(world_.store(), *loaded.value());
        if (!made) {
            outcome_.record = "instantiate: " + text_of(made);
            return;
        }
        instance_ = made.value();
        outcome_.ran = true;
        world_.store().execution().fuel = way.fuel;
        world_.store().execution().metered = way.options.fuel;
        for (const GeneratedModule::Call& call : module.calls)
            top_call(call);
        final_state();
    }

    Outcome take()
    {
        outcome_.fuel_left = world_.store().execution().fuel;
        return std::move(outcome_);
    }

private:
    struct Host {
        Run* run;
        uint32_t index;
    };

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
        case Type::anyref:
        case Type::object:
        case Type::packed:
        case Type::numbers:
        case Type::list:
        case Type::i31:
            std::snprintf(text, sizeof text, slot.bits == 0 ? " null" : " object");
            break;
        case Type::exn:
        case Type::v128: return;  // other engines cannot show it
        }
        outcome_.record += text;
    }

    uint32_t index_of(const FuncInstance& func) const
    {
        for (uint32_t i = 0; i < instance_->functions.size(); ++i) {
            if (instance_->functions[i] == &func) return i;
        }
        return ~0u;
    }

    Slot* global(uint32_t i) { return instance_->globals[i]->value; }

    void add_details(const Error& error)
    {
        print(outcome_.details, "%s at %" PRIu32 "\n", std::string{phrase(error.code)}.c_str(),
              error.offset);
        runtime::BacktraceFrame frames[32];
        const size_t count = runtime::backtrace(world_.store().execution(), frames);
        for (size_t i = 0; i < std::min<size_t>(count, std::size(frames)); ++i)
            print(outcome_.details, "  in f%u at %u\n", frames[i].function, frames[i].offset);
        print(outcome_.details, "  %zu frames\n", count);
    }

    void add_exception()
    {
        const runtime::Exception& exception = world_.store().execution().exception;
        print(outcome_.record, " e%u", exception.tag->index);
        const Slot* slot = exception.values;
        for (const Type type : module_.tags[exception.tag->index]) {
            add_value(type, *slot);
            slot += type == Type::v128 ? 2 : 1;
        }
    }

    void top_call(const GeneratedModule::Call& call)
    {
        *global(0) = Slot::of(call.rounds);
        const FunctionType& type = module_.functions[call.function];
        FuncInstance& func = *instance_->functions[call.function];
        Slot window[32] = {};
        for (size_t i = 0; i < call.args.size(); ++i)
            window[i] = Slot{call.args[i]};
        print(outcome_.record, "f%u", call.function);
        const Status status = runtime::execute(world_.store().execution(), func, window);
        if (status) {
            for (size_t i = 0; i < type.results.size(); ++i)
                add_value(type.results[i], window[i]);
        } else {
            print(outcome_.record, " %s", failure_of(status.error().code).c_str());
            if (status.error().code == Errc::uncaught_exception) add_exception();
            add_details(status.error());
        }
        print(outcome_.record, " globals");
        for (uint32_t i = 0; i < module_.globals.size(); ++i)
            add_value(module_.globals[i], *global(i));
        for (uint32_t i = 0; i < module_.memories; ++i)
            add_memory(*instance_->memories[i]);
        print(outcome_.record, "\n");
        if (way_.options.fuel)
            print(outcome_.fuel, "%" PRId64 "\n", world_.store().execution().fuel);
    }

    void add_memory(const runtime::MemoryInstance& memory)
    {
        uint32_t hash = 0;
        for (uint64_t at = 0; at < memory.size; at += 4) {
            uint32_t word = 0;
            std::memcpy(&word, memory.base + at, sizeof word);
            hash = (hash ^ word) * 0x9e3779b1u;
            hash ^= hash >> 15;
        }
        print(outcome_.record, " memory %" PRIu64 " %08x", memory.size, hash);
    }

    void final_state()
    {
        for (uint32_t i = 0; i < module_.tables; ++i) {
            const runtime::TableInstance& table = *instance_->tables[i];
            print(outcome_.record, "table");
            for (uint64_t at = 0; at < table.size; ++at)
                add_value(Type::funcref, table.elements[at]);
            print(outcome_.record, "\n");
        }
        print(outcome_.record, "hosts %08x\n", state_);
    }

    uint32_t mix(uint64_t value)
    {
        state_ = (state_ ^ static_cast<uint32_t>(value)) * 0x9e3779b1u;
        state_ = (state_ ^ static_cast<uint32_t>(value >> 32)) * 0x85ebca6bu;
        state_ ^= state_ >> 13;
        return state_;
    }

    /// A value that depends on all that was mixed so far.
    Slot made(Type type, size_t i)
    {
        switch (type) {
        case Type::i32:
        case Type::f32: return Slot::of(mix(i));
        case Type::i64:
        case Type::f64: {
            const uint64_t high = mix(i);
            return Slot{high << 32 | mix(i)};
        }
        case Type::externref: return {mix(i) & 1 ? runtime::Ref::host(7).bits : 0};
        case Type::funcref:
        case Type::callee:
        case Type::some_func:
        case Type::exn:
        case Type::v128:
        case Type::anyref:
        case Type::object:
        case Type::packed:
        case Type::numbers:
        case Type::list:
        case Type::i31: break;
        }
        return {};
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
            const uint32_t callee =
                module_.imports +
                (dice >> 8) % static_cast<uint32_t>(module_.functions.size() - module_.imports);
            if (depth_ == 3 || !module_.functions[callee].reaches_hosts()) break;
            ++depth_;
            Slot window[32] = {};
            const Types& params = module_.functions[callee].params;
            for (size_t i = 0; i < params.size(); ++i) {
                if (params[i] <= Type::f64) window[i] = made(params[i], i);
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
        case 6:
            if (module_.tags.empty()) break;
            if (const auto thrown = throw_something(caller, dice >> 8)) return *thrown;
            break;
        default: break;
        }
        for (size_t i = 0; i < type.results.size(); ++i)
            slots[i] = made(type.results[i], i);
        return ok();
    }

    /// Nothing where JavaScript could not make the values.
    std::optional<Error> throw_something(runtime::Caller& caller, uint32_t which)
    {
        const uint32_t index = which % static_cast<uint32_t>(module_.tags.size());
        const Types& types = module_.tags[index];
        runtime::Value values[8];
        for (size_t i = 0; i < types.size(); ++i) {
            if (types[i] >= Type::v128) return std::nullopt;
        }
        for (size_t i = 0; i < types.size(); ++i) {
            const Slot slot = types[i] <= Type::f64 ? made(types[i], i) : Slot{};
            values[i] = runtime::load_value(value_type(types[i]), &slot);
        }
        return runtime::throw_exception(caller.execution, *instance_->tags[index],
                                        {values, types.size()});
    }

    const GeneratedModule& module_;
    const Way way_;
    World world_;
    runtime::ModuleInstance* instance_ = nullptr;
    std::vector<Host> hosts_;
    Outcome outcome_;
    uint32_t state_ = 1;
    uint32_t depth_ = 0;
};

}  // namespace

Outcome outcome_of(const GeneratedModule& module, const Way& way)
{
    return Run{module, way}.take();
}

}  // namespace wrt::test
