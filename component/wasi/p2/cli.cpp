// wasi:cli: the surroundings of a command.
// https://github.com/WebAssembly/WASI/blob/v0.2.12/proposals/cli/wit/command.wit
#include "wasi/p2/state.hpp"

namespace wrt::wasi::p2 {

namespace {

constexpr Fd standard_input{0};
constexpr Fd standard_output{1};
constexpr Fd standard_error{2};

using Variable = std::tuple<std::string_view, std::string_view>;

std::string_view string_at(const StringBlock& block, size_t i) noexcept
{
    return std::string_view{block.bytes.data() + block.offsets[i]};
}

/// Room for a list in the call's memory.
template <class T>
Result<std::span<T>> take(HostCall& call, size_t count) noexcept
{
    WRT_TRY(const uint32_t at, call.memory.allocate(alignof(T), count * sizeof(T)));
    auto* const first = reinterpret_cast<T*>(call.memory.bytes().data() + at);
    std::uninitialized_value_construct_n(first, count);
    return std::span<T>{first, count};
}

Result<std::span<const Variable>> get_environment(State& state, HostCall& call) noexcept
{
    const StringBlock& block = state.context.env;
    WRT_TRY(const std::span<Variable> variables, take<Variable>(call, block.offsets.size()));
    for (size_t i = 0; i < variables.size(); ++i) {
        const std::string_view text = string_at(block, i);
        const size_t equals = text.find('=');
        variables[i] = {text.substr(0, equals), equals == std::string_view::npos
                                                    ? std::string_view{}
                                                    : text.substr(equals + 1)};
    }
    return std::span<const Variable>{variables};
}

Result<std::span<const std::string_view>> get_arguments(State& state, HostCall& call) noexcept
{
    const StringBlock& block = state.context.args;
    WRT_TRY(const std::span<std::string_view> arguments,
            take<std::string_view>(call, block.offsets.size()));
    for (size_t i = 0; i < arguments.size(); ++i)
        arguments[i] = string_at(block, i);
    return std::span<const std::string_view>{arguments};
}

/// There is no directory that paths without a descriptor start from.
std::optional<std::string_view> initial_cwd(State&) noexcept
{
    return std::nullopt;
}

Status exit(State&, Outcome<> status) noexcept
{
    return Error{.code = Errc::host_exit, .actual = status ? 0u : 1u};
}

Status exit_with_code(State&, uint8_t code) noexcept
{
    return Error{.code = Errc::host_exit, .actual = code};
}

Result<Own<InputStream>> get_stdin(State& state) noexcept
{
    return state.make<InputStream>({.kind = Resource::Kind::input_stream, .fd = standard_input});
}

Result<Own<OutputStream>> get_stdout(State& state) noexcept
{
    return state.make<OutputStream>({.kind = Resource::Kind::output_stream, .fd = standard_output});
}

Result<Own<OutputStream>> get_stderr(State& state) noexcept
{
    return state.make<OutputStream>({.kind = Resource::Kind::output_stream, .fd = standard_error});
}

template <class Tag, Fd Number>
Result<std::optional<Own<Tag>>> get_terminal(State& state) noexcept
{
    const Descriptor* const descriptor = state.context.descriptors.find(Number);
    // Only a terminal is described as a character device.
    if (descriptor == nullptr || descriptor->type != FileType::character_device) {
        return std::optional<Own<Tag>>{};
    }
    WRT_TRY(const Own<Tag> terminal,
            state.make<Tag>({.kind = Resource::Kind::terminal, .fd = Number}));
    return std::optional<Own<Tag>>{terminal};
}

constexpr HostFunctionRow environment_functions[] = {
    row<&get_environment>("get-environment"),
    row<&get_arguments>("get-arguments"),
    row<&initial_cwd>("initial-cwd"),
};
constexpr HostFunctionRow exit_functions[] = {
    row<&exit>("exit"),
    row<&exit_with_code>("exit-with-code"),
};
constexpr HostFunctionRow stdin_functions[] = {row<&get_stdin>("get-stdin")};
constexpr HostFunctionRow stdout_functions[] = {row<&get_stdout>("get-stdout")};
constexpr HostFunctionRow stderr_functions[] = {row<&get_stderr>("get-stderr")};
constexpr HostFunctionRow terminal_stdin_functions[] = {
    row<&get_terminal<TerminalInput, standard_input>>("get-terminal-stdin")};
constexpr HostFunctionRow terminal_stdout_functions[] = {
    row<&get_terminal<TerminalOutput, standard_output>>("get-terminal-stdout")};
constexpr HostFunctionRow terminal_stderr_functions[] = {
    row<&get_terminal<TerminalOutput, standard_error>>("get-terminal-stderr")};
constexpr HostResourceRow terminal_input_resources[] = {
    resource_row<TerminalInput>("terminal-input")};
constexpr HostResourceRow terminal_output_resources[] = {
    resource_row<TerminalOutput>("terminal-output")};

}  // namespace

Status add_cli(component::Imports& imports, State& state) noexcept
{
    WRT_CHECK(imports.define("wasi:cli/environment@0.2.12", environment_functions, {}, &state));
    WRT_CHECK(imports.define("wasi:cli/exit@0.2.12", exit_functions, {}, &state));
    WRT_CHECK(imports.define("wasi:cli/stdin@0.2.12", stdin_functions, {}, &state));
    WRT_CHECK(imports.define("wasi:cli/stdout@0.2.12", stdout_functions, {}, &state));
    WRT_CHECK(imports.define("wasi:cli/stderr@0.2.12", stderr_functions, {}, &state));
    WRT_CHECK(
        imports.define("wasi:cli/terminal-input@0.2.12", {}, terminal_input_resources, &state));
    WRT_CHECK(
        imports.define("wasi:cli/terminal-output@0.2.12", {}, terminal_output_resources, &state));
    WRT_CHECK(
        imports.define("wasi:cli/terminal-stdin@0.2.12", terminal_stdin_functions, {}, &state));
    WRT_CHECK(
        imports.define("wasi:cli/terminal-stdout@0.2.12", terminal_stdout_functions, {}, &state));
    return imports.define("wasi:cli/terminal-stderr@0.2.12", terminal_stderr_functions, {}, &state);
}

}  // namespace wrt::wasi::p2
