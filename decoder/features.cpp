// Features by name.
#include <wrt/decoder/features.hpp>

namespace wrt {

namespace {

constexpr std::string_view names[] = {
#define WRT_FEATURE(name, text, level, needs) text,
#include <wrt/decoder/features.def>
};

bool apply_word(std::string_view word, bool first, FeatureSet& features)
{
    if (first && (word == "mvp" || word == "2.0" || word == "3.0")) {
        features = word == "mvp"   ? FeatureSet::mvp()
                   : word == "2.0" ? FeatureSet::v2()
                                   : FeatureSet::v3();
        return true;
    }
    if (word.empty() || (word.front() != '+' && word.front() != '-')) return false;
    const std::string_view name = word.substr(1);
    // The first version cannot be switched off, nor need it be switched on.
    for (uint32_t i = 1; i < feature_count; ++i) {
        if (names[i] != name) continue;
        const auto feature = static_cast<Feature>(i);
        features = word.front() == '+' ? features.with(feature) : features.without(feature);
        return true;
    }
    return false;
}

}  // namespace

std::string_view name_of(Feature feature)
{
    return names[static_cast<uint32_t>(feature)];
}

bool parse_features(std::string_view text, FeatureSet& features, std::string_view& wrong)
{
    FeatureSet result;
    for (bool first = true;; first = false) {
        const size_t comma = text.find(',');
        wrong = text.substr(0, comma);
        if (!apply_word(wrong, first, result)) return false;
        if (comma == std::string_view::npos) break;
        text.remove_prefix(comma + 1);
    }
    features = result;
    return true;
}

}  // namespace wrt
