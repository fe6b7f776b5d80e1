// wrtd inspect: what is in a module, for people or as JSON.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <wrt/image.hpp>

#include "budget.hpp"
#include "commands.hpp"
#include "component_file.hpp"
#include "exit_code.hpp"
#include "explain.hpp"
#include "file.hpp"
#include "inspection.hpp"
#include "messages.hpp"
#include "quantities.hpp"
#include "text.hpp"

namespace wrtd {
namespace {

void print_text(const std::string& path, const Inspection& found)
{
    fmt::print("{}: module", escaped(path));
    if (!found.module_name.empty()) fmt::print(" ${}", escaped(found.module_name));
    fmt::print(", {} bytes\n", count_text(found.size));

    fmt::print("\nsections\n");
    for (const Inspection::Section& section : found.sections) {
        const std::string name =
            section.custom ? fmt::format("custom \"{}\"", escaped(section.name)) : section.name;
        fmt::print("  {:<24} at {:#08x} {:>10} bytes", name, section.offset,
                   count_text(section.size));
        if (section.entries) {
            fmt::print("  {:>7} {}", count_text(*section.entries),
                       *section.entries == 1 ? "entry" : "entries");
        }
        fmt::print("\n");
    }
    if (!found.imports.empty()) fmt::print("\nimports\n");
    for (const Inspection::Import& import : found.imports) {
        fmt::print("  (import \"{}\" \"{}\" {})\n", escaped(import.module), escaped(import.name),
                   import.type);
    }
    if (!found.exports.empty()) fmt::print("\nexports\n");
    for (const Inspection::Export& named : found.exports) {
        fmt::print("  (export \"{}\" {})\n", escaped(named.name), named.type);
    }
    fmt::print("\ncode\n  {} functions, {} instructions\n", count_text(found.functions),
               count_text(found.instructions));
    if (found.start) fmt::print("  starts with function {}\n", *found.start);
    fmt::print("\nfeatures\n  {}\n", found.features.empty()
                                         ? "those of the first version"
                                         : fmt::format("{}", fmt::join(found.features, ", ")));
    fmt::print("\nloaded\n");
    if (found.load) {
        fmt::print("  keeps {}, takes {} at most meanwhile\n", size_text(found.load->retained),
                   size_text(found.load->peak));
        fmt::print("  image {}\n", found.image);
    } else {
        fmt::print("  {}\n", found.load_refusal);
    }
}

void print_json(const std::string& path, const Inspection& found)
{
    using nlohmann::json;
    json document{{"file", path},
                  {"kind", "module"},
                  {"size", found.size},
                  {"functions", found.functions},
                  {"instructions", found.instructions},
                  {"features", found.features}};
    if (!found.module_name.empty()) document["name"] = found.module_name;
    if (found.start) document["start"] = *found.start;
    json& sections = document["sections"] = json::array();
    for (const Inspection::Section& section : found.sections) {
        json entry{{"name", section.name},
                   {"custom", section.custom},
                   {"offset", section.offset},
                   {"size", section.size}};
        if (section.entries) entry["entries"] = *section.entries;
        sections.push_back(std::move(entry));
    }
    json& imports = document["imports"] = json::array();
    for (const Inspection::Import& import : found.imports) {
        imports.push_back(
            {{"module", import.module}, {"name", import.name}, {"type", import.type}});
    }
    json& exports = document["exports"] = json::array();
    for (const Inspection::Export& named : found.exports) {
        exports.push_back({{"name", named.name}, {"type", named.type}});
    }
    if (found.load) {
        document["load"] = {{"retained", found.load->retained}, {"peak", found.load->peak}};
        document["image"] = found.image;
    } else {
        document["load_refusal"] = found.load_refusal;
    }
    // A path may hold any bytes; what is not UTF-8 becomes U+FFFD.
    fmt::print("{}\n", document.dump(2, ' ', false, json::error_handler_t::replace));
}

int inspect_image(const std::string& path, std::span<const uint8_t> bytes)
{
    const auto file = wrt::SectionFile::open(wrt::image_kind, bytes, wrt::Errc::malformed_image);
    if (!file) {
        error("{}: {}", escaped(path), error_text(file.error()));
        return exit_bad;
    }
    const wrt::Digest digest = file->digest();
    fmt::print("{}: image {:016x}{:016x}, {} bytes\n", escaped(path), digest.high, digest.low,
               count_text(bytes.size()));
    return exit_success;
}

}  // namespace

int inspect(const Options& options)
{
    const std::string& path = options.files.front();
    std::variant<File, int> opened = open_or_complain(path);
    if (std::holds_alternative<int>(opened)) return exit_uncheckable;
    if (const auto wrong = assemble_text(std::get<File>(opened))) {
        error("{}:{}", escaped(path), *wrong);
        return exit_bad;
    }
    const std::span<const uint8_t> binary = std::get<File>(opened).bytes();

    if (wrt::is_file_of(wrt::image_kind, binary)) return inspect_image(path, binary);
    const Options::BudgetReport& budget = options.budget;
    if (budget.wanted || budget.svg || !budget.against.empty())
        return inspect_budget(options, path, binary);
    if (is_component(binary))
        return inspect_component(path, binary, options.features, options.json);
    const wrt::Result<Inspection> found = inspect_module(binary, options.features);
    if (!found) {
        error("{}: {}", escaped(path), error_text(found.error()));
        const std::string place = place_of(binary, found.error().offset);
        if (!place.empty()) note("in the {}", place);
        return exit_bad;
    }
    if (options.json)
        print_json(path, *found);
    else
        print_text(path, *found);
    return exit_success;
}

}  // namespace wrtd
