// Translator: the sink of validation that turns typed stack instructions into operations on slots
// and registers. One function at a time, one pass.
//
// Operands. The stack of the specification exists only while translating. An entry is a local that
// nobody has read yet, a constant, or a temp whose home is the slot of its height; so local.get and
// constants emit nothing, and at merges everything lies where its height says.
//
// Temps in registers. An operation first writes its result "to the slot and t0". If the consumer
// finds it still in t0, the producer is changed to write t0 only. If another result is about to
// overwrite a t0 that still waits for its consumer, the producer is changed to write t1 instead.
// Both are sound because the consumer is not emitted yet; where control merges, what is in t1 goes
// back to its slot. The two banks (integers with references, floats) do this independently.
//
// local.set changes the destination of the operation before it, if that made the value. The two
// locals used most in each bank live in l0 and l1 for the whole function.
//
// Who defines members includes translator_steps.hpp, which has the inline ones.
#pragma once

#include <span>

#include <wrt/decoder/module.hpp>
#include <wrt/decoder/validate_function.hpp>
#include <wrt/foundation/growing_stack.hpp>
#include <wrt/foundation/result.hpp>
#include <wrt/runtime/value.hpp>

#include "catch_builder.hpp"
#include "operation.hpp"
#include "root_map.hpp"
#include "translate.hpp"

namespace wrt::runtime {

class Translator {
public:
    Translator(const decoder::Module& syntax, const Module& module, Arena& scratch,
               const TranslateOptions& options)
        : syntax_{syntax},
          module_{module},
          options_{options},
          operations_{scratch},
          operands_{scratch},
          frames_{scratch},
          labels_{scratch},
          targets_{scratch},
          vectors_{scratch},
          locals_{scratch},
          local_places_{scratch},
          run_slots_{scratch},
          catches_{scratch},
          root_runs_{scratch},
          root_links_{scratch},
          roots_{scratch},
          safepoints_{scratch}
    {
    }

    // The sink of decoder::validate_function().
    Status begin(const decoder::FunctionContext& context);
    Status instruction(const decoder::Instruction& instruction, bool reachable);
    /// The same for an instruction that most bodies are made of; `value`: the number it has.
    template <decoder::detail::Quick Kind>
    Status quick(const decoder::detail::QuickRow& row, uint32_t offset, uint64_t value);
    template <decoder::detail::Quick Kind>
    Status control(const decoder::Instruction& instruction);
    /// Nothing reaches what comes next.
    [[nodiscard]] bool skips() const { return dead_; }
    Status finish();

    // What is read after finish().
    [[nodiscard]] std::span<Operation> operations() { return operations_.as_span(); }
    /// Operation that each label stands before.
    [[nodiscard]] std::span<const uint32_t> labels() const { return labels_.as_span(); }
    /// Labels of branch tables.
    [[nodiscard]] std::span<const uint32_t> targets() const { return targets_.as_span(); }
    /// Vectors that operations name: constants, and which bytes a shuffle takes.
    [[nodiscard]] std::span<const V128> vectors() const { return vectors_.as_span(); }
    [[nodiscard]] CatchBuilder& catches() { return catches_; }
    [[nodiscard]] uint32_t window() const { return window_; }
    [[nodiscard]] uint32_t frame_slots() const { return frame_slots_; }
    /// Byte offset of the instruction that came last.
    [[nodiscard]] uint32_t source() const { return source_; }
    [[nodiscard]] std::span<const uint16_t, 4> pin_slots() const { return pin_slots_; }
    /// What becomes the root map. Safepoints name operations where the map names cells.
    [[nodiscard]] std::span<const RootRun> root_runs() const { return root_runs_.as_span(); }
    [[nodiscard]] std::span<const RootLink> root_links() const { return root_links_.as_span(); }
    [[nodiscard]] std::span<const RootSafepoint> safepoints() const
    {
        return safepoints_.as_span();
    }

private:
    enum class Kind : uint8_t { local, constant, temp };

    /// An operand of the stack: two words, which travel in registers.
    struct Operand {
        /// Kind::constant: bits of the slot; of a v128 its place in vectors_. Kind::local: see
        /// of_local().
        uint64_t constant = 0;
        uint32_t producer = no_operation;  ///< Kind::temp: the operation that may still be changed.
                                           ///< Kind::local: see place().
        uint16_t slot = 0;                 ///< Its home: the slot of its height.
        Kind kind = Kind::temp;
        ValKind type = ValKind::i32;

        // What there is of a local. A frame has no more than 65,535 of them.
        static constexpr uint64_t of_local(uint32_t local, uint32_t slot, uint32_t older)
        {
            return uint64_t{slot} << 48 | uint64_t{local} << 32 | older;
        }
        [[nodiscard]] uint32_t local() const { return static_cast<uint16_t>(constant >> 32); }
        /// The local's slot, or the register it is pinned in.
        [[nodiscard]] Class place() const { return static_cast<Class>(producer); }
        void set_place(Class place) { producer = static_cast<uint32_t>(place); }
        /// Where it lives unless it is pinned.
        [[nodiscard]] uint32_t local_slot() const { return static_cast<uint16_t>(constant >> 48); }
        /// Of a constant, also where it was brought home; of a local 0.
        [[nodiscard]] uint64_t bits() const { return kind == Kind::local ? 0 : constant; }
        /// Of those that are listed: the next one below that is the same local.
        [[nodiscard]] uint32_t older() const { return static_cast<uint32_t>(constant); }
    };
    static_assert(sizeof(Operand) == 16);

    struct Frame {
        Instr op = Instr::block;
        bool referenced = false;    ///< Some branch goes to the label.
        bool else_pending = false;  ///< An if whose else has not come.
        uint32_t label = 0;
        uint32_t else_label = 0;
        uint32_t height = 0;           ///< Operands below the block's own.
        uint32_t slot = 0;             ///< Home of the first of the block's own.
        uint32_t stub = no_operation;  ///< branch_table: label of the moves before this one, while
                                       ///< it is emitted.
        uint32_t stub_table = 0;
        uint32_t region =
            no_region;  ///< That exceptions thrown directly in the block look at first.
        uint32_t try_region = no_region;  ///< A legacy handler: the region of its try.
        uint32_t catch_entry = 0;         ///< A legacy handler: its entry of the catch table.
        std::span<const ValType> params = {};
        std::span<const ValType> results = {};
        [[nodiscard]] std::span<const ValType> label_types() const
        {
            return op == Instr::loop ? params : results;
        }
    };

    /// What is known of a local beyond the first ones. Reset when first touched in a function, so
    /// that declaring many costs nothing.
    struct LocalState {
        uint32_t newest = no_operation;  ///< Of the operands that are listed, the topmost one.
        uint32_t weight = 0;             ///< Reads and twice the writes, for choosing pins.
        Operand operand;  ///< What local.get pushes, without its home and the next older one.
    };

    /// Where the state of a local lies that is none of the first ones.
    struct LocalPlace {
        uint32_t stamp = 0;  ///< The function that the rest is about.
        uint32_t local = 0;
        uint32_t state = 0;
    };

    /// What t0 and t1 of a bank hold.
    struct Temps {
        uint32_t slot = no_operation;  ///< t0 repeats this slot.
        uint32_t width = 1;            ///< Or so many from it on.
        uint32_t producer =
            no_operation;  ///< And this operation put it there; no_operation: not to be changed.
        uint32_t operand = 0;            ///< Which operand it was pushed as.
        uint32_t second = no_operation;  ///< Producer of what t1 holds.

        /// Whether t0 repeats one of those slots. What no slot is lies far from all that are.
        [[nodiscard]] bool overlaps(uint32_t from, uint32_t count) const
        {
            return from - slot < width || slot - from < count;
        }
    };

    // Where things are.
    static Bank bank_of(ValKind type)
    {
        if (type == ValKind::v128) return Bank::vector;
        return type == ValKind::f32 || type == ValKind::f64 ? Bank::floating : Bank::integer;
    }
    /// Floats and vectors share their registers.
    static int registers_of(ValKind type)
    {
        static_assert(static_cast<int>(ValKind::f64) == static_cast<int>(ValKind::f32) + 1 &&
                      static_cast<int>(ValKind::v128) == static_cast<int>(ValKind::f32) + 2);
        return type >= ValKind::f32 && type <= ValKind::v128 ? 1 : 0;
    }
    static uint32_t width_of(ValKind type) { return type == ValKind::v128 ? 2 : 1; }
    Temps& temps(ValKind type) { return temps_[registers_of(type)]; }
    /// Home of the operand that is pushed next.
    [[nodiscard]] uint32_t next_slot() const { return next_slot_; }
    /// Home of the lowest of the topmost `count` operands.
    [[nodiscard]] uint32_t slot_of_top(uint32_t count)
    {
        return count == 0 ? next_slot_ : operands_[operands_.size() - count].slot;
    }
    Status lay_out_locals();
    [[nodiscard]] uint32_t find_local_slot(uint32_t local) const;
    void ready_first_locals();
    Status name_local(uint32_t local);
    Status name_far_local(uint32_t local);
    [[nodiscard]] LocalPlace& local_place(uint32_t local);
    [[nodiscard]] LocalState& far_local(uint32_t local);
    [[nodiscard]] Operand& ready(uint32_t local);
    [[nodiscard]] uint32_t& weight_of(uint32_t local);
    [[nodiscard]] uint32_t& newest_of(uint32_t local);
    [[nodiscard, gnu::noinline]] uint32_t list(uint32_t local, uint32_t index);
    [[gnu::noinline]] void unlist(uint32_t local, uint32_t older);
    [[nodiscard]] bool in_second(const Operand& operand) const;
    [[nodiscard]] Class class_of(const Operand& operand);
    [[nodiscard]] Class class_of(const Operand& operand, const Temps& t) const;
    [[nodiscard]] static bool may_write(const Operation& operation, Class d);
    [[nodiscard]] static bool may_write_slowly(const Operation& operation, Class d);
    [[nodiscard]] bool is_last(const Operand& operand) const;

    // The operand stack.
    static void put(Operand& place, const Operand& operand);
    bool push_quickly(const Operand& operand, uint32_t width);
    [[gnu::noinline]] Status push_apart(uint32_t local, uint32_t offset);
    [[gnu::noinline]] Status push_apart(ValKind type, uint64_t bits, uint32_t offset);
    Status push(const Operand& operand);
    Status push(const Operand& operand, uint32_t width);
    Status push_temp(ValKind type, uint32_t producer);
    Status push_local(uint32_t local);
    Status push_constant(ValKind type, uint64_t bits);
    Operand pop();
    void pop_two(Operand& a, Operand& b);
    [[gnu::noinline]] void lower_floors();
    void raise_floor(uint32_t& floor, uint32_t height);
    void drop_to(uint32_t height);
    Status push_results(std::span<const ValType> types, bool first_in_register);

    // Emission.
    Status emit(Operation operation);
    Operation& last() { return operations_.back(); }
    [[nodiscard]] uint32_t last_index() const { return operations_.size() - 1; }
    Status emit_result(Operation operation, ValKind type);
    Status emit_number(Operation operation, ValKind type);
    Status note_number(ValKind type);
    Status emit_write(const Operation& operation, ValKind type, uint32_t operand);
    void note_write(uint32_t slot, ValKind type, uint32_t operand);
    void bury(Temps& t);
    void unbury(ValKind type);
    void unbury_all();
    void forget_temps();
    void forget_slots(uint32_t slot, uint32_t width);
    void barrier();
    void take(const Operand& operand, Class cls, uint16_t& slot, Temps& t);
    void take(const Operand& operand, Class cls, uint16_t& slot);
    Status to_home(Operand& operand, uint32_t index = no_operation);
    [[gnu::noinline]] Status move_home(Operand& operand, uint32_t index);
    Status settle(uint32_t index);
    Status settle_top(uint32_t count) { return count == 0 ? ok() : settle_some(count); }
    Status settle_some(uint32_t count);
    Status settle_locals();
    Status settle_all(uint32_t keep);
    Status settle_uses(uint32_t local);
    Status force_slot(Operand& operand, Class& cls);

    // Roots (translate_roots.cpp).
    Status list_root_runs(const decoder::FunctionContext& context);
    Status settle_roots(uint32_t keep);
    Status note_safepoint();

    // Instructions.
    template <decoder::detail::Quick Kind>
    Status quick_operation(const decoder::detail::QuickRow& row, uint32_t number);
    Status numeric_binary(Instr op, ValKind operand_type, ValKind result_type);
    /// An instruction with two operands, while it is found out what becomes of it.
    struct Binary {
        Instr op;
        Class a_class;
        Class b_class;
        Operand a;
        Operand b;
    };
    [[gnu::noinline]] Status constant_first(Binary& binary);
    [[gnu::noinline]] Status restate(Binary& binary);
    [[gnu::noinline]] Status force_binary(Binary& binary);
    Status numeric_unary(Instr op, ValKind result_type);
    [[gnu::noinline]] Status wrap_other();
    Status local_set(uint32_t local, bool tee);
    Status select(ValKind type);
    Status load(const decoder::Instruction& instruction, ValKind type);
    template <bool Vector>
    Status load(Instr op, uint32_t offset, ValKind type);
    Status store(const decoder::Instruction& instruction, ValKind type);
    Status store(Instr op, uint32_t offset, ValKind type);
    [[nodiscard]] bool is_wide(const decoder::Instruction& access) const;
    Status wide_load(const decoder::Instruction& instruction, ValKind type);
    Status wide_store(const decoder::Instruction& instruction);
    void drop();
    Status global_get(uint32_t global);
    Status global_set(uint32_t global);
    Status window_operation(Plain plain, uint32_t pops, ValKind result, uint32_t index,
                            uint32_t index2);
    Status dispatch(const decoder::Instruction& instruction);

    // Vector instructions.
    [[nodiscard]] static bool vector_may_write(const Operation& operation, Class d);
    Status vector(const decoder::Instruction& instruction);
    Status push_vector(const V128& value);
    Status vector_unary(Instr op);
    Status vector_binary(Instr op);
    Status vector_ternary(Instr op);
    Status take_vector(Operand& operand, bool& t0_taken, Class& cls);
    Status shuffle(const V128& lanes);
    Status extract_lane(Instr op, uint32_t lane);
    Status replace_lane(Instr op, uint32_t lane, Operand a, Operand b);
    Status load_lane(const decoder::Instruction& instruction);
    Status store_lane(const decoder::Instruction& instruction);

    Status reference(const decoder::Instruction& instruction);
    Status bulk(const decoder::Instruction& instruction);
    Status wide_arithmetic(Instr op);
    Status atomic(const decoder::Instruction& instruction);

    // Objects (translate_gc.cpp).
    Status gc(const decoder::Instruction& instruction);
    Status reference_class(Operand& reference, Class& cls, bool second);
    Status check_reference(Operation operation);
    Status cast_branch(const decoder::Instruction& instruction);
    Status struct_get(const decoder::Instruction& instruction);
    Status struct_set(const decoder::Instruction& instruction);
    Status array_get(const decoder::Instruction& instruction);
    Status array_set(const decoder::Instruction& instruction);
    Status gc_unary(const decoder::Instruction& instruction);
    Status new_object(const decoder::Instruction& instruction, Plain plain, uint32_t operands,
                      uint32_t detail);

    // Control.
    Status make_label(uint32_t& label);
    void bind(uint32_t label) { labels_[label] = operations_.size(); }
    Frame& frame_at(uint32_t depth) { return frames_[frames_.size() - 1 - depth]; }
    Status open_block(const decoder::Instruction& instruction);
    Status else_();
    Status end();
    [[nodiscard]] bool polls(uint32_t label) const;
    Status emit_branch(uint32_t label);
    Status branch(uint32_t depth);
    Status branch_if(uint32_t depth, Operand condition, bool wide, bool negate);
    Status branch_table(const decoder::Instruction& instruction);
    Status branch_on_null(const decoder::Instruction& instruction, bool branch_if_null);
    Status condition_branch(Operand condition, bool wide, bool negate, uint32_t label);
    [[nodiscard]] bool needs_moves(const Frame& frame, uint32_t count);
    Status bring_to_label(const Frame& frame, uint32_t count);
    Status move_to_label(const Frame& frame, uint32_t count);
    Status return_();
    Status call(const decoder::Instruction& instruction);
    Status tail_call(const decoder::Instruction& instruction);

    // Exceptions.
    Status exception(const decoder::Instruction& instruction);
    Status try_table(const decoder::Instruction& instruction);
    Status add_clause(const decoder::CatchClause& clause);
    Status throw_(const decoder::Instruction& instruction);
    Status throw_ref();
    Status legacy_exception(const decoder::Instruction& instruction);
    Status legacy_handler(const decoder::Instruction& instruction);
    Status delegate(const decoder::Instruction& instruction);
    Status rethrow(const decoder::Instruction& instruction);

    Status charge();
    void end_charge();
    void fuse();
    Status choose_pins(const decoder::FunctionContext& context);
    Status weigh(uint32_t local, uint32_t more, uint32_t (&best)[2][2]);
    Status use_frame(uint32_t slots);
    [[nodiscard]] Status refuse(Errc code) const { return Error{.code = code, .offset = source_}; }

    const decoder::Module& syntax_;
    const Module& module_;
    TranslateOptions options_;
    decoder::Locals declared_;

    GrowingStack<Operation> operations_;
    GrowingStack<Operand> operands_;
    GrowingStack<Frame> frames_;
    GrowingStack<uint32_t> labels_;
    GrowingStack<uint32_t> targets_;
    GrowingStack<V128> vectors_;
    /// The first locals, which nearly all instructions name, by their index: what local.get pushes,
    /// and as in LocalState.
    static constexpr uint32_t first_locals = decoder::ValidatorScratch::direct_locals;
    Operand ready_[first_locals];
    uint32_t weights_[first_locals];
    uint32_t newest_[first_locals];
    GrowingStack<LocalState> locals_;        ///< Of every other local that the body names.
    GrowingStack<LocalPlace> local_places_;  ///< A hash table; as many as a power of two.
    uint32_t named_locals_ = 0;
    /// Who changes a local looks through the operands for it. So that this does not take long,
    /// those from this height on are in a list for each local.
    static constexpr uint32_t listed_from = 32;
    bool lists_ = false;  ///< Some were, in this function: newest_ holds something.
    /// Where each run of locals begins; empty where every one takes a slot.
    GrowingStack<uint32_t> run_slots_;
    CatchBuilder catches_;
    GrowingStack<RootRun> root_runs_;
    GrowingStack<RootLink> root_links_;
    /// For each operand below roots_floor_: link of the topmost reference up to there.
    GrowingStack<uint32_t> roots_;
    GrowingStack<RootSafepoint> safepoints_;

    Temps temps_[2];
    uint16_t pin_slots_[4] = {};  ///< Of l0, l1, fl0, fl1.
    bool has_pins_[2] = {};       ///< [bank]
    uint32_t function_ = 0;
    // In slots.
    uint32_t param_slots_ = 0;
    uint32_t window_ = 0;
    uint32_t locals_base_ = 0;  ///< Of locals that are no params.
    uint32_t temps_base_ = 0;
    uint32_t next_slot_ = 0;
    uint32_t quick_height_ = 0;  ///< Below, operands have room and are not listed.
    uint32_t frame_slots_ = 0;
    uint32_t barrier_ = 0;  ///< Operations before it are settled: a merge or a call lies between.
    uint32_t lazy_floor_ = 0;  ///< Operands below are no unread locals.
    uint32_t home_floor_ = 0;  ///< Operands below lie in their slots for good.
    uint32_t roots_floor_ =
        0;  ///< Operands below are settled where they are references, and linked.
    uint32_t highest_floor_ = 0;  ///< Of those three: no floor is above the stack.
    bool maps_roots_ = false;     ///< References to objects of the heap can get into this function.
    uint32_t dead_depth_ = 0;     ///< Blocks opened in code that nothing reaches.
    uint32_t charge_operation_ = no_operation;
    uint32_t uncharged_ = 0;  ///< Instructions since, or since the function began.
    uint32_t source_ = 0;
    uint32_t table_count_ = 0;
    bool dead_ = false;
};

}  // namespace wrt::runtime
