// The tables that the translator asks say the same as the predicates of variants.hpp.
#include <string>

#include <gtest/gtest.h>

#include "access_variants.hpp"
#include "binary_variants.hpp"

namespace wrt::runtime {
namespace {

template <class Body>
void for_each_class(const Body& body)
{
    for (int cls = 0; cls < class_count; ++cls)
        body(static_cast<Class>(cls));
}

/// `one` and `two` get a class for each operand there is, and the destination or value.
template <class One, class Two>
void for_each_variant(const One& one, const Two& two)
{
    for_each_class([&](Class a) {
        for_each_class([&](Class d) {
            one(a, d);
            for_each_class([&](Class b) { two(a, b, d); });
        });
    });
}

TEST(variant_tables, agree_with_the_predicates)
{
    size_t compared = 0;
    for (uint32_t i = 0; i < instr_count; ++i) {
        const auto op = static_cast<Instr>(i);
        const Signature& signature = info(op).signature;
        if (signature.by_hand) continue;
        const auto same = [&](bool table, bool predicate, const char* what) {
            ++compared;
            EXPECT_EQ(table, predicate) << what << " of " << info(op).text;
        };
        if (signature.has_addr && signature.result_count != 0) {
            for_each_variant(
                [&](Class a, Class d) {
                    same(has_class(load_results(op, a), d), has_load(op, a, d), "load");
                },
                [&](Class a, Class b, Class d) {
                    same(has_class(load_sum_results(op, a, b), d), has_load_sum(op, a, b, d),
                         "load of a sum");
                });
        } else if (signature.has_addr) {
            for_each_variant(
                [&](Class a, Class v) {
                    same(has_class(store_values(op, a), v), has_store(op, a, v), "store");
                },
                [&](Class a, Class b, Class v) {
                    same(has_class(store_sum_values(op, a, b), v), has_store_sum(op, a, b, v),
                         "store to a sum");
                });
        } else if (signature.param_count == 1) {
            for_each_variant(
                [&](Class a, Class d) {
                    same(has_class(unary_results(op, a), d), has_unary(op, a, d), "unary");
                },
                [](Class, Class, Class) {});
        } else if (signature.param_count == 2) {
            for_each_variant([](Class, Class) {},
                             [&](Class a, Class b, Class d) {
                                 same(may_be_binary(op, a, b, d), has_binary(op, a, b, d),
                                      "binary");
                             });
        }
    }
    EXPECT_GT(compared, 10'000U);
}

}  // namespace
}  // namespace wrt::runtime
