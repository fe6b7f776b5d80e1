#include "batch.hpp"

#include <algorithm>
#include <fstream>

#include <spawn.h>
#include <sys/wait.h>

#include "outcome.hpp"

extern char** environ;

namespace wrt::test {

namespace {

constexpr const char* type_names[] = {"i32",    "i64",       "f32",  "f64", "funcref", "externref",
                                      "callee", "some_func", "v128", "exn", "anyref",  "object",
                                      "packed", "numbers",   "list", "i31"};

void write_types(std::ostream& out, const Types& types)
{
    out << '[';
    for (size_t i = 0; i < types.size(); ++i)
        out << (i == 0 ? "\"" : ",\"") << type_names[static_cast<size_t>(types[i])] << '"';
    out << ']';
}

void write_module(std::ostream& out, const GeneratedModule& module)
{
    out << "\"imports\":" << module.imports << ",\"memories\":" << module.memories
        << ",\"tables\":" << module.tables << ",\"functions\":[";
    for (size_t i = 0; i < module.functions.size(); ++i) {
        out << (i == 0 ? "{" : ",{") << "\"params\":";
        write_types(out, module.functions[i].params);
        out << ",\"results\":";
        write_types(out, module.functions[i].results);
        out << '}';
    }
    out << "],\"globals\":";
    write_types(out, module.globals);
    out << ",\"tags\":[";
    for (size_t i = 0; i < module.tags.size(); ++i) {
        if (i != 0) out << ',';
        write_types(out, module.tags[i]);
    }
    out << "],\"calls\":[";
    for (size_t i = 0; i < module.calls.size(); ++i) {
        const GeneratedModule::Call& call = module.calls[i];
        out << (i == 0 ? "{" : ",{") << "\"function\":" << call.function
            << ",\"rounds\":" << call.rounds << ",\"args\":[";
        // As text: they have 64 bits.
        for (size_t j = 0; j < call.args.size(); ++j)
            out << (j == 0 ? "\"" : ",\"") << call.args[j] << '"';
        out << "]}";
    }
    out << ']';
}

bool run(const Engine& engine, const std::string& stem)
{
    std::string arguments[] = {engine.program, engine.driver, stem};
    char* const argv[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(), nullptr};
    pid_t child = 0;
    if (posix_spawn(&child, argv[0], nullptr, nullptr, argv, environ) != 0) return false;
    int status = 0;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

bool write_batch(const std::string& stem, const std::vector<GeneratedModule>& modules,
                 const std::vector<uint64_t>& seeds)
{
    std::ofstream binaries{stem + ".wasm", std::ios::binary};
    std::ofstream list{stem + ".json"};
    size_t offset = 0;
    for (size_t i = 0; i < modules.size(); ++i) {
        const Bytes& binary = modules[i].binary;
        list << (i == 0 ? "[{" : ",\n{") << "\"seed\":\"" << seeds[i] << "\",\"offset\":" << offset
             << ",\"size\":" << binary.size() << ',';
        write_module(list, modules[i]);
        list << '}';
        binaries.write(reinterpret_cast<const char*>(binary.data()),
                       static_cast<std::streamsize>(binary.size()));
        offset += binary.size();
    }
    list << "]\n";
    return list.flush() && binaries.flush();
}

std::vector<std::string> ask_lines(const Engine& engine, const std::string& stem, size_t count)
{
    std::remove((stem + ".out").c_str());
    if (!run(engine, stem)) return {};
    std::vector<std::string> lines;
    std::ifstream out{stem + ".out"};
    for (std::string line; std::getline(out, line);)
        lines.push_back(line);
    if (lines.size() != count) lines.clear();
    return lines;
}

std::vector<std::string> ask(const Engine& engine, const std::string& stem, size_t count)
{
    std::vector<std::string> said = ask_lines(engine, stem, count);
    for (std::string& line : said) {
        line.erase(0, line.find(' ') + 1);
        std::ranges::replace(line, '|', '\n');
        line += '\n';
    }
    return said;
}

std::string difference_from(const std::string& said, const GeneratedModule& module)
{
    struct NamedWay {
        const char* name;
        Way way;
    };
    const NamedWay ways[] = {
        {"folded", {{.fuel = false, .interruptible = true, .slots_only = false}}},
        {"in slots", {{.fuel = false, .interruptible = true, .slots_only = true}}},
        {"with fuel", {{.fuel = true, .interruptible = true, .slots_only = false}}},
        {"always collecting",
         {.options = {.fuel = false, .interruptible = true, .slots_only = false},
          .collect_always = true}},
    };
    for (const auto& [name, way] : ways) {
        const Outcome outcome = outcome_of(module, way);
        if (outcome.record != said)
            return std::string{name} + ", wrt says\n" + outcome.record + "the other engine says\n" +
                   said;
    }
    return {};
}

BatchResult compare_batch(const Engine& engine, const std::string& stem, uint64_t first,
                          uint64_t count)
{
    BatchResult result;
    std::vector<GeneratedModule> modules;
    std::vector<uint64_t> seeds;
    for (uint64_t seed = first; seed < first + count; ++seed) {
        modules.push_back(generate_module(seed));
        seeds.push_back(seed);
    }
    const std::vector<std::string> said = write_batch(stem, modules, seeds)
                                              ? ask(engine, stem, modules.size())
                                              : std::vector<std::string>{};
    result.failed = said.empty();
    for (size_t i = 0; i < said.size(); ++i) {
        ++result.modules;
        result.calls += modules[i].calls.size();
        std::string difference = difference_from(said[i], modules[i]);
        if (!difference.empty()) result.differences.push_back({seeds[i], std::move(difference)});
    }
    return result;
}

}  // namespace wrt::test
