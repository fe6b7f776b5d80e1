// Values in slots.
#include <wrt/runtime/value.hpp>

#include <cstring>

#include <wrt/foundation/assert.hpp>

namespace wrt::runtime {

void store_value(const Value& value, Slot* slots) noexcept
{
    switch (value.type.kind()) {
    case ValKind::i32: slots[0] = Slot::of(value.i32); return;
    case ValKind::i64: slots[0] = Slot::of(value.i64); return;
    case ValKind::f32: slots[0] = Slot::of(value.f32); return;
    case ValKind::f64: slots[0] = Slot::of(value.f64); return;
    case ValKind::ref: slots[0] = {value.ref.bits}; return;
    case ValKind::v128: std::memcpy(slots, value.v128.bytes.data(), 16); return;
    case ValKind::bot:
    case ValKind::i8:
    case ValKind::i16: break;
    }
    WRT_UNREACHABLE();  // not the types of values
}

Value load_value(ValType type, const Slot* slots) noexcept
{
    Value value;
    value.type = type;
    switch (type.kind()) {
    case ValKind::i32: value.i32 = slots[0].as<int32_t>(); return value;
    case ValKind::i64: value.i64 = slots[0].as<int64_t>(); return value;
    case ValKind::f32: value.f32 = slots[0].as<float>(); return value;
    case ValKind::f64: value.f64 = slots[0].as<double>(); return value;
    case ValKind::ref: value.ref = {slots[0].bits}; return value;
    case ValKind::v128: std::memcpy(value.v128.bytes.data(), slots, 16); return value;
    case ValKind::bot:
    case ValKind::i8:
    case ValKind::i16: break;
    }
    WRT_UNREACHABLE();
}

}  // namespace wrt::runtime
