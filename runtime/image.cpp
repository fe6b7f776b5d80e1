#include <wrt/runtime/image.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <type_traits>

#include <wrt/decoder/instruction.hpp>

#include "image_fields.hpp"
#include "load_recorded.hpp"

namespace wrt::runtime {
namespace {

constexpr uint32_t identity_section = 1;
constexpr uint32_t module_section = 2;
constexpr uint32_t handler_section = 3;
constexpr uint32_t code_section = 4;

constexpr uint32_t block_cells = 64;

template <class T>
struct IsSpan : std::false_type {};
template <>
struct IsSpan<std::string_view> : std::true_type {};
template <>
struct IsSpan<std::span<const uint8_t>> : std::true_type {};

/// What two builds must agree about: the names and numbers of everything that code is made of.
Digest identity(std::string_view version) noexcept
{
    Checksum sum;
    const auto add = [&](std::string_view text) {
        sum.add({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
        constexpr uint8_t end = 0;
        sum.add({&end, 1});
    };
    add(version);
    for (const InstrInfo& row : instr_table)
        add(row.text);
    const std::array<uint8_t, 4> numbers{
        static_cast<uint8_t>(Family::last), static_cast<uint8_t>(Plain::count_),
        static_cast<uint8_t>(FieldKind::f64), static_cast<uint8_t>(class_count)};
    sum.add(numbers);
    return sum.finish();
}

class WriteArchive {
public:
    explicit WriteArchive(ByteWriter& to) noexcept : to_{to} {}

    template <class T>
    void operator()(T& item) noexcept
    {
        if constexpr (IsSpan<T>::value) {
            to_.put(static_cast<uint64_t>(item.size()));
            to_.put_bytes({reinterpret_cast<const uint8_t*>(item.data()), item.size()});
        } else if constexpr (std::is_same_v<T, bool>) {
            to_.put(static_cast<uint8_t>(item));
        } else {
            to_.put(item);
        }
    }
    template <class T>
    void list(static_vector<T>& items, Account) noexcept
    {
        to_.put(static_cast<uint32_t>(items.size()));
        for (T& item : items)
            fields(*this, item);
    }
    template <class T>
    void optional(T*& item, Account) noexcept
    {
        to_.put(static_cast<uint8_t>(item != nullptr));
        if (item != nullptr) fields(*this, *item);
    }

private:
    ByteWriter& to_;
};

class ReadArchive {
public:
    ReadArchive(std::span<const uint8_t> from, Arena& arena) noexcept : from_{from}, arena_{arena}
    {
    }

    template <class T>
    void operator()(T& item) noexcept
    {
        if constexpr (IsSpan<T>::value) {
            const std::span<const uint8_t> bytes = from_.bytes(from_.get<uint64_t>());
            item = T{reinterpret_cast<decltype(item.data())>(bytes.data()), bytes.size()};
        } else if constexpr (std::is_same_v<T, bool>) {
            item = from_.get<uint8_t>() != 0;
        } else if constexpr (std::is_enum_v<T>) {
            item = static_cast<T>(from_.get<std::underlying_type_t<T>>());
        } else {
            item = from_.get<T>();
        }
    }
    template <class T>
    void list(static_vector<T>& items, Account account) noexcept
    {
        const uint32_t count = from_.count(1);
        if (!status_) return;
        Result<static_vector<T>> made =
            static_vector<T>::make(arena_, End::retained, account, count);
        if (!made) {
            status_ = made.error();
            return;
        }
        items = *made;
        for (uint32_t i = 0; i < count; ++i)
            fields(*this, items.push_back_unchecked(T{}));
    }
    template <class T>
    void optional(T*& item, Account account) noexcept
    {
        if (from_.get<uint8_t>() == 0 || !status_) return;
        const Result<T*> made = arena_.make<T>(End::retained, account);
        if (!made) {
            status_ = made.error();
            return;
        }
        item = *made;
        fields(*this, *item);
    }

    [[nodiscard]] Status finish() const noexcept
    {
        if (!status_) return status_;
        return from_.done() ? ok() : Status{Error{.code = Errc::malformed_image}};
    }
    [[nodiscard]] bool good() const noexcept { return from_.good(); }
    [[nodiscard]] uint32_t count(uint64_t each) noexcept { return from_.count(each); }

private:
    FixedReader from_;
    Arena& arena_;
    Status status_ = ok();
};

struct Writing {
    std::span<const uint8_t> binary;
    std::string_view version;
    ByteSink sink;
    Digest digest;
};

/// For each 64 cells: which hold handlers, which addresses, and the cells.
void write_code(const Module& module, const CodeRecorder& recorder, ByteWriter& to) noexcept
{
    const std::span<const Cell> code{module.code.data(), module.code.size()};
    to.put(static_cast<uint32_t>(code.size()));
    const CodeRecorder::Mark* mark = recorder.marks().data();
    const CodeRecorder::Mark* const end = mark + recorder.marks().size();
    const auto base = reinterpret_cast<uint64_t>(code.data());
    for (size_t first = 0; first < code.size(); first += block_cells) {
        std::array<uint64_t, block_cells> cells;
        const size_t count = std::min<size_t>(block_cells, code.size() - first);
        for (size_t i = 0; i < count; ++i)
            cells[i] = code[first + i].bits;
        uint64_t handlers = 0;
        uint64_t addresses = 0;
        for (; mark != end && mark->cell < first + count; ++mark) {
            const size_t i = mark->cell - first;
            const bool is_address = mark->what == CodeRecorder::address;
            (is_address ? addresses : handlers) |= uint64_t{1} << i;
            cells[i] = is_address ? (cells[i] - base) / sizeof(Cell) : mark->what;
        }
        to.put(handlers);
        to.put(addresses);
        for (size_t i = 0; i < count; ++i)
            to.put(cells[i]);
    }
}

Status write_sections(void* context, const Module& module, const CodeRecorder& recorder)
{
    Writing& writing = *static_cast<Writing*>(context);
    SectionFileWriter file{image_kind, writing.sink};
    WRT_CHECK(file.section(identity_section, [&](ByteWriter& to) {
        const Digest build = identity(writing.version);
        const Digest of = digest_of(writing.binary);
        for (const uint64_t word : {build.low, build.high, of.low, of.high})
            to.put(word);
        return ok();
    }));
    WRT_CHECK(file.section(module_section, [&](ByteWriter& to) {
        WriteArchive archive{to};
        fields(archive, const_cast<Module&>(module));  // reads it
        return ok();
    }));
    WRT_CHECK(file.section(handler_section, [&](ByteWriter& to) {
        WriteArchive archive{to};
        to.put(static_cast<uint32_t>(recorder.operations().size()));
        for (Operation operation : recorder.operations())
            fields(archive, operation);
        return ok();
    }));
    WRT_CHECK(file.section(code_section, [&](ByteWriter& to) {
        write_code(module, recorder, to);
        return ok();
    }));
    WRT_TRY(writing.digest, file.finish());
    return ok();
}

Error malformed() noexcept
{
    return Error{.code = Errc::malformed_image};
}

/// Whether every field is one of its type's, so that the tables have a place for it.
bool is_possible(const Operation& o) noexcept
{
    const auto is_class = [](Class c) { return static_cast<int>(c) < class_count; };
    const bool has_lane = o.family == Family::extract_lane || o.family == Family::replace_lane;
    return o.family <= Family::last && o.family != Family::nothing && o.bank <= Bank::vector &&
           is_class(o.a_class) && is_class(o.b_class) && is_class(o.d_class) &&
           is_class(o.x_class) && raw(o.instr) < instr_count && raw(o.instr2) < instr_count &&
           o.plain <= Plain::count_ && o.field <= FieldKind::f64 && (!has_lane || o.index < 16);
}

Status read_handlers(ReadArchive from, Arena& arena, std::span<Handler>& handlers) noexcept
{
    constexpr uint64_t operation_bytes = 19;
    const uint32_t count = from.count(operation_bytes);
    WRT_TRY(handlers, arena.make_array<Handler>(End::scratch, Account::scratch, count));
    for (Handler& handler : handlers) {
        Operation operation;
        fields(from, operation);
        if (!from.good() || !is_possible(operation)) return malformed();
        handler = handler_of_operation(operation);
        if (handler == nullptr) return Error{.code = Errc::image_of_another};
    }
    return from.finish();
}

Status read_code(FixedReader from, std::span<const Handler> handlers, Arena& arena,
                 Module& module) noexcept
{
    const uint32_t count = from.count(sizeof(Cell));
    WRT_TRY(const std::span<Cell> code,
            arena.make_uninitialized_array<Cell>(End::retained, Account::code, count));
    const auto base = reinterpret_cast<uint64_t>(code.data());
    for (uint32_t first = 0; first < count; first += block_cells) {
        const uint32_t some = std::min(block_cells, count - first);
        const auto handler_bits = from.get<uint64_t>();
        const auto address_bits = from.get<uint64_t>();
        const std::span<const uint8_t> cells = from.bytes(uint64_t{some} * sizeof(Cell));
        if (!from.good()) return malformed();
        Cell* const to = code.data() + first;
        for (uint32_t i = 0; i < some; ++i)
            to[i].bits = load_le<uint64_t>(cells.data() + i * sizeof(Cell));
        for (uint64_t bits = handler_bits; bits != 0; bits &= bits - 1) {
            const auto i = static_cast<uint32_t>(std::countr_zero(bits));
            if (i >= some || to[i].bits >= handlers.size()) return malformed();
            to[i].bits = reinterpret_cast<uint64_t>(handlers[to[i].bits]);
        }
        for (uint64_t bits = address_bits; bits != 0; bits &= bits - 1) {
            const auto i = static_cast<uint32_t>(std::countr_zero(bits));
            if (i >= some || to[i].bits >= count) return malformed();
            to[i].bits = base + to[i].bits * sizeof(Cell);
        }
    }
    if (!from.done()) return malformed();
    for (uint32_t i = module.imported_functions; i < module.functions.size(); ++i) {
        if (module.functions[i].code >= count) return malformed();
    }
    module.code = static_vector<Cell>::of(code);
    return ok();
}

}  // namespace

Result<Digest> write_image(std::span<const uint8_t> binary, Arena& arena,
                           const LoadOptions& options, std::string_view version,
                           ByteSink sink) noexcept
{
    WRT_TRY(ScopeGuard scope, arena.enter(LibraryId::runtime, "write_image",
                                          arena.full_budget(LibraryId::runtime), End::retained));
    Writing writing{.binary = binary, .version = version, .sink = sink, .digest = {}};
    Recording recording{write_sections, &writing};
    WRT_CHECK(load_recorded(binary, arena, options, &recording));
    return writing.digest;
}

Result<Module*> load_image(std::span<const uint8_t> image, Arena& arena,
                           std::string_view version) noexcept
{
    WRT_TRY(const SectionFile file, SectionFile::open(image_kind, image, Errc::malformed_image));
    const auto part = [&](uint32_t id) {
        return file.section(id).value_or(std::span<const uint8_t>{});
    };
    FixedReader identity_of{part(identity_section)};
    const Digest build{identity_of.get<uint64_t>(), identity_of.get<uint64_t>()};
    if (!identity_of.good()) return malformed();
    if (build != identity(version)) return Error{.code = Errc::image_of_another};

    WRT_TRY(ScopeGuard scope, arena.enter(LibraryId::runtime, "load_image",
                                          arena.full_budget(LibraryId::runtime), End::retained));
    WRT_TRY(Module* const module, arena.make<Module>(End::retained, Account::functions));
    ReadArchive everything{part(module_section), arena};
    fields(everything, *module);
    WRT_CHECK(everything.finish());
    {
        WRT_TRY(ScopeGuard scratch,
                arena.enter(LibraryId::runtime, "image_handlers",
                            arena.full_budget(LibraryId::runtime), End::scratch));
        std::span<Handler> handlers;
        WRT_CHECK(read_handlers(ReadArchive{part(handler_section), arena}, arena, handlers));
        WRT_CHECK(read_code(FixedReader{part(code_section)}, handlers, arena, *module));
    }
    scope.commit();
    return module;
}

}  // namespace wrt::runtime
