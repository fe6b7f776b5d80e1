// FeatureSet: which of the features in features.def a binary may use. Instructions ask by the
// feature column of their row; every other construct asks for the feature by name where it is
// decoded.
#pragma once

#include <wrt/foundation/error.hpp>

#include <cstdint>
#include <string_view>

namespace wrt {

/// What brought an instruction, a type or a form of a section: the first version, or a proposal.
enum class Feature : uint8_t {
#define WRT_FEATURE(name, text, level, needs) name,
#include <wrt/decoder/features.def>
    count_,  ///< How many there are.
};

inline constexpr uint32_t feature_count = static_cast<uint32_t>(Feature::count_);
static_assert(feature_count <= 32);

/// "sign-extension"
std::string_view name_of(Feature feature);

/// A set of features, closed under what they need. `mvp` is in every set.
class FeatureSet {
public:
    /// WebAssembly 3.0.
    constexpr FeatureSet() : FeatureSet{v3()} {}

    static constexpr FeatureSet mvp() { return up_to(Level::mvp); }
    static constexpr FeatureSet v2() { return up_to(Level::v2); }
    static constexpr FeatureSet v3() { return up_to(Level::v3); }
    /// Everything that can be decoded, proposals included.
    static constexpr FeatureSet all() { return up_to(Level::proposed); }

    constexpr bool has(Feature feature) const { return (bits_ & bit(feature)) != 0; }
    /// With the feature and what it needs.
    constexpr FeatureSet with(Feature feature) const
    {
        uint32_t bits = bits_;
        for (Feature next = feature; (bits & bit(next)) == 0; next = row(next).needs) {
            bits |= bit(next);
        }
        return FeatureSet{bits};
    }
    /// Without the feature and what needs it; mvp stays.
    constexpr FeatureSet without(Feature feature) const
    {
        uint32_t bits = bits_ & ~bit(feature);
        // What a row needs stands before it.
        for (uint32_t i = 0; i < feature_count; ++i) {
            if ((bits & bit(rows[i].needs)) == 0) bits &= ~(1u << i);
        }
        return FeatureSet{bits | bit(Feature::mvp)};
    }

    friend constexpr bool operator==(FeatureSet, FeatureSet) = default;

private:
    enum class Level : uint8_t { mvp, v2, v3, proposed };
    struct Row {
        Level level;
        Feature needs;
    };
    static constexpr Row rows[] = {
#define WRT_FEATURE(name, text, level, needs) {Level::level, Feature::needs},
#include <wrt/decoder/features.def>
    };

    constexpr explicit FeatureSet(uint32_t bits) : bits_{bits} {}
    static constexpr uint32_t bit(Feature feature) { return 1u << static_cast<uint32_t>(feature); }
    static constexpr const Row& row(Feature feature)
    {
        return rows[static_cast<uint32_t>(feature)];
    }
    static constexpr FeatureSet up_to(Level level)
    {
        uint32_t bits = 0;
        for (uint32_t i = 0; i < feature_count; ++i) {
            if (rows[i].level <= level) bits |= 1u << i;
        }
        return FeatureSet{bits};
    }

    uint32_t bits_;
};

/// Reads "mvp", "2.0" or "3.0", then "+name" and "-name", with commas between: "2.0,+threads",
/// "-simd" (of 3.0), "mvp,+gc". Later words win. False: `wrong` is the word that is none.
bool parse_features(std::string_view text, FeatureSet& features, std::string_view& wrong);

/// How a feature stands in an Error's `expected`, for write_type_name().
constexpr uint32_t feature_bits(Feature feature)
{
    return 0xf1000000u | static_cast<uint32_t>(feature);
}

/// The refusal of what `feature` would allow: `code` is what a decoder says that never heard of it.
/// `met`: see Detail::feature.
constexpr Error needs_feature(Feature feature, Errc code, uint32_t offset, uint32_t met = 0)
{
    return {.code = code,
            .detail = Detail::feature,
            .offset = offset,
            .expected = feature_bits(feature),
            .actual = met};
}

}  // namespace wrt
