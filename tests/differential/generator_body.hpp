// Function bodies of random modules. See generator.hpp.
#pragma once

#include "generator.hpp"

namespace wrt::test {

// Opcodes.
inline constexpr uint8_t op_unreachable = 0x00, op_nop = 0x01, op_block = 0x02, op_loop = 0x03,
                         op_if = 0x04, op_else = 0x05, op_end = 0x0b, op_br = 0x0c, op_br_if = 0x0d,
                         op_br_table = 0x0e, op_return = 0x0f, op_drop = 0x1a, op_select = 0x1b,
                         op_select_typed = 0x1c, op_local_get = 0x20, op_local_set = 0x21,
                         op_local_tee = 0x22, op_global_get = 0x23, op_global_set = 0x24,
                         op_table_get = 0x25, op_table_set = 0x26, op_memory_size = 0x3f,
                         op_i32_eqz = 0x45, op_i32_lt_s = 0x48, op_i64_eqz = 0x50, op_f32_eq = 0x5b,
                         op_f64_eq = 0x61, op_i32_add = 0x6a, op_i32_sub = 0x6b, op_i32_and = 0x71,
                         op_i32_or = 0x72, op_i64_and = 0x83, op_i64_or = 0x84, op_throw = 0x08,
                         op_throw_ref = 0x0a, op_try_table = 0x1f, op_i32_wrap_i64 = 0xa7,
                         op_i64_extend_i32_u = 0xad, op_f32_convert_i32_s = 0xb2,
                         op_f64_convert_i32_s = 0xb7, op_ref_null = 0xd0, op_ref_is_null = 0xd1,
                         op_ref_func = 0xd2, op_ref_as_non_null = 0xd4, op_br_on_null = 0xd5,
                         op_br_on_non_null = 0xd6;

/// The types of structs and arrays, one recursion group behind type 0: three structs, each a
/// subtype of the one before, all starting with an i32, a struct and an anyref; an array of bytes
/// or halves, one of numbers, one of anyrefs. Everything is mutable.
struct ObjectTypes {
    static constexpr uint32_t structs = 1, packed = 4, numbers = 5, list = 6, count = 6;
    struct Field {
        Type type;
        uint8_t storage;  ///< i8 or i16, or 0: as the type says.
    };

    std::vector<Field> fields[3];
    Type number = Type::i32;
    uint8_t packed_storage = 0x78;

    static ObjectTypes random(Random& random, bool vectors);
    [[nodiscard]] Bytes definitions() const;
};

/// What bodies may refer to.
struct ModuleShape {
    struct Memory {
        bool is64 = false;
    };
    struct Table {
        bool is64 = false;
        std::vector<uint32_t> functions;  ///< no_entry: null.
    };
    static constexpr uint32_t no_entry = 0xffffffffu;

    Features features;
    ObjectTypes objects;
    std::vector<FunctionType> types;  ///< Grows while bodies ask for block types.
    std::vector<uint32_t> functions;  ///< Type of each, imports first.
    Types globals;                    ///< All mutable; 0 bounds loops and calls.
    std::vector<Memory> memories;
    std::vector<Table> tables;
    std::vector<uint32_t> tags;  ///< Type of each.
    uint32_t data_segments = 0;
    uint32_t element_segments = 0;

    uint32_t type_index(const FunctionType& type);
};

class BodyGenerator {
public:
    BodyGenerator(Random& random, ModuleShape& shape, const FunctionType& type)
        : random_{random}, shape_{shape}, type_{type}
    {
    }

    /// Local declarations and expression, as in the code section.
    Bytes body();

private:
    struct Local {
        Type type;
        bool clean = false;  ///< Floats: holds no NaN whose bits the specification leaves open.
        bool small = false;  ///< i32: below 16 Ki.
    };
    struct Callable {
        enum class Kind : uint8_t { direct, indirect, reference } kind;
        uint32_t type;
        uint32_t function;  ///< direct, reference
        uint32_t table;     ///< indirect
        uint32_t entry;     ///< indirect
    };

    // Bytes.
    void op(uint8_t code) { code_.push_back(code); }
    void op(uint8_t code, uint64_t index);
    void op_fc(uint32_t code) { append(code_, bytes(0xfc, leb(code))); }
    void i32_const(int32_t value);
    void i64_const(int64_t value);
    void number_of(bool wide, uint32_t number);
    void constant(Type type);
    void open(uint8_t opcode, const FunctionType& type);
    void block_type(const FunctionType& type);
    void close();

    // Choices.
    bool spend() { return --left_ > 0; }
    uint32_t local_of(Type type, bool clean);
    uint32_t small_local();
    Type number() { return static_cast<Type>(random_.skewed(4)); }
    Type any_type()
    {
        if (shape_.features.vectors && random_.one_in(6)) return Type::v128;
        if (shape_.features.objects && random_.one_in(5))
            return static_cast<Type>(static_cast<uint32_t>(Type::anyref) + random_.below(6));
        return random_.one_in(10) ? static_cast<Type>(4 + random_.below(3)) : number();
    }
    Types any_types(size_t most);
    template <class Fits>
    bool find_callable(Callable& found, const Fits& fits);

    // Operands: each leaves a value of the type on the stack.
    void value(Type type, int depth, bool clean = false);
    void values(const Types& types, int depth);
    void leaf(Type type, bool clean = false);
    void small_value(int depth);
    void i32_value(int depth);
    void i64_value(int depth);
    void float_value(Type type, int depth, bool clean);
    void reference(Type type, int depth);
    void binary(Type type, int depth);
    void operator_on(Type type);
    void comparison(int depth);
    void condition(int depth);
    void truncation(Type to, int depth);
    void select(Type type, int depth, bool clean);
    void address(int depth, bool is64);
    void memory_argument(uint32_t memory);
    void load(Type type, int depth);
    void canonical(Type type);
    void table_index(const Callable& callee, int depth);
    void block_values(const Types& results, int depth);
    void if_values(const Types& results, int depth);
    void loop_values(const Types& results, int depth, bool endless);
    bool call_value(Type type, int depth);
    void call(const Callable& callee, int depth, bool tail);
    void change_top(Type type, int depth);

    // Objects.
    void op_fb(uint32_t code);
    void op_fb(uint32_t code, uint32_t index);
    [[nodiscard]] Type element_of(Type array) const;
    void element_index(Type array, int depth);
    void object_there(Type type, int depth);
    void array_length(int depth);
    void new_struct(int depth);
    void new_array(Type type, int depth);
    void cast_to(Type type, int depth);
    void object_value(Type type, int depth);
    bool field_value(Type type, int depth);
    bool value_of_object(Type type, int depth);
    void object_statement(int depth);

    // Vectors.
    void op_fd(uint32_t code);
    template <class Byte>
    void vector_bytes(const Byte& byte);
    void vector_constant();
    void canonical_lanes(bool wide);
    void vector_unary();
    void vector_binary();
    void masked_vector(int depth, uint8_t byte);
    void small_floats(int depth, bool wide);
    void relaxed(int depth);
    void vector_load(int depth);
    void vector_store(int depth);
    void vector_value(int depth);
    bool lane_value(Type type, int depth);

    // Statements: leave the stack as it was.
    void statement(int depth);
    void statements(int depth, uint32_t most);
    void set_local(uint32_t local, int depth, uint8_t opcode);
    void store(int depth);
    void branch_out(int depth);
    void switch_(int depth);
    void leave(int depth);
    void on_null(int depth);
    void bulk(int depth);
    void try_(int depth);
    void throw_(int depth);
    void clauses(uint8_t kind, uint32_t tag, uint32_t label);
    void table_statement(int depth);
    void absorb(const Types& types, size_t keep = 0);
    Types junk(int depth);
    void dead_code();
    void spend_round();

    Random& random_;
    ModuleShape& shape_;
    const FunctionType& type_;
    Bytes code_;
    std::vector<Local> locals_;
    std::vector<Types> labels_;  ///< What a branch to each takes with it.
    int left_ = 0;
};

/// Encoding of a value type.
Bytes encoded(Type type);

}  // namespace wrt::test
