#include "decoder/feature_modules.hpp"

#include <gtest/gtest.h>

using namespace wrt;
using namespace wrt::test;

namespace {

std::string verdict_with(const Bytes& binary, FeatureSet features)
{
    decoder::DecodeOptions options;
    options.features = features;
    return sentence(check(binary, options));
}

/// The set that a text names, or the word in it that is none.
std::string wrong_word(std::string_view text, FeatureSet& features)
{
    std::string_view wrong;
    return parse_features(text, features, wrong) ? "" : "wrong: " + std::string{wrong};
}

FeatureSet parsed(std::string_view text)
{
    FeatureSet features;
    EXPECT_EQ(wrong_word(text, features), "") << text;
    return features;
}

}  // namespace

TEST(features, are_those_of_the_third_version_unless_said_otherwise)
{
    constexpr FeatureSet standard;
    static_assert(standard == FeatureSet::v3());
    static_assert(standard.has(Feature::gc) && standard.has(Feature::simd));
    static_assert(!standard.has(Feature::threads) && !standard.has(Feature::legacy_exceptions));
    static_assert(!standard.has(Feature::custom_page_sizes));
    static_assert(!standard.has(Feature::wide_arithmetic));
    static_assert(FeatureSet::v2().has(Feature::simd) && !FeatureSet::v2().has(Feature::tail_call));
    static_assert(FeatureSet::mvp() == FeatureSet::mvp().without(Feature::mvp));
    static_assert(FeatureSet::all().has(Feature::threads));
}

TEST(features, bring_what_they_need_and_take_what_needs_them)
{
    constexpr FeatureSet with_gc = FeatureSet::mvp().with(Feature::gc);
    static_assert(with_gc.has(Feature::function_references));
    static_assert(with_gc.has(Feature::reference_types));
    static_assert(!with_gc.has(Feature::simd));
    constexpr FeatureSet without_references = FeatureSet::v3().without(Feature::reference_types);
    static_assert(!without_references.has(Feature::gc));
    static_assert(!without_references.has(Feature::exceptions));
    static_assert(without_references.has(Feature::simd));
}

TEST(features, are_read_from_a_list_of_words)
{
    EXPECT_EQ(parsed("mvp"), FeatureSet::mvp());
    EXPECT_EQ(parsed("2.0"), FeatureSet::v2());
    EXPECT_EQ(parsed("3.0"), FeatureSet{});
    EXPECT_EQ(parsed("+threads"), FeatureSet{}.with(Feature::threads));
    EXPECT_EQ(parsed("2.0,+tail-call,-simd"),
              FeatureSet::v2().with(Feature::tail_call).without(Feature::simd));
    EXPECT_EQ(parsed("-gc,+gc"), FeatureSet{});
    for (uint32_t i = 1; i < feature_count; ++i) {
        const auto feature = static_cast<Feature>(i);
        const std::string name{name_of(feature)};
        EXPECT_TRUE(parsed("mvp,+" + name).has(feature)) << name;
        EXPECT_FALSE(parsed("-" + name).has(feature)) << name;
    }
}

TEST(features, name_the_word_that_is_none)
{
    FeatureSet features = FeatureSet::mvp();
    EXPECT_EQ(wrong_word("", features), "wrong: ");
    EXPECT_EQ(wrong_word("4.0", features), "wrong: 4.0");
    EXPECT_EQ(wrong_word("+gc,mvp", features), "wrong: mvp");
    EXPECT_EQ(wrong_word("3.0,+thread", features), "wrong: +thread");
    EXPECT_EQ(wrong_word("3.0,", features), "wrong: ");
    EXPECT_EQ(wrong_word("simd", features), "wrong: simd");
    EXPECT_EQ(wrong_word("-mvp", features), "wrong: -mvp");
    EXPECT_EQ(features, FeatureSet::mvp());
}

TEST(features, allow_what_needs_them_and_nothing_more)
{
    for (const FeatureModule& item : feature_modules()) {
        const FeatureSet just = FeatureSet::mvp().with(item.feature);
        EXPECT_EQ(verdict_with(item.binary, just), "valid") << item.name;
    }
}

TEST(features, are_named_where_their_absence_refuses)
{
    for (const FeatureModule& item : feature_modules()) {
        const std::string feature{name_of(item.feature)};
        const std::string expected = item.refusal + ", needs feature " + feature;
        const FeatureSet all_others = FeatureSet::all().without(item.feature);
        EXPECT_EQ(verdict_with(item.binary, all_others), expected) << item.name;
    }
}

TEST(features, each_have_a_module_that_needs_them)
{
    FeatureSet tested = FeatureSet::mvp();
    for (const FeatureModule& item : feature_modules())
        tested = tested.with(item.feature);
    for (uint32_t i = 0; i < feature_count; ++i) {
        const auto feature = static_cast<Feature>(i);
        if (FeatureSet{}.has(feature)) {
            EXPECT_TRUE(tested.has(feature)) << name_of(feature);
        }
    }
}

TEST(features, of_the_third_version_suffice_for_the_rich_module)
{
    EXPECT_EQ(verdict_with(rich_module(), FeatureSet::v3()), "valid");
    EXPECT_NE(verdict_with(rich_module(), FeatureSet::v2()), "valid");
}
