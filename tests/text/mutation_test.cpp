// Texts that somebody damaged: whatever they say, assembling them ends, and what assembles decodes
// or is refused, prints, and assembles again.
#include "mutate.hpp"
#include "support.hpp"

#include <gtest/gtest.h>

namespace wrt::text {
namespace {

constexpr std::string_view rich = R"(
(module $m (@name "M") (@custom "c" (before global) "x\00")
  (type $f (func (param $p i32) (result i32)))
  (rec (type $s (sub (struct (field $a i32) (field (mut i8)))))
       (type $r (sub final $s (struct (field $a i32) (field (mut i8)) (field (ref null $r))))))
  (type $a (array (mut f64)))
  (import "m" "n" (func $imported (type $f)))
  (import "m" "g" (global $ig i64))
  (tag $e (param i32 i64))
  (table $t 1 10 funcref) (table $u i64 1 (ref null $f) (ref.null $f))
  (table $inline funcref (elem $imported))
  (memory $mem (export "memory") 1 2) (memory i64 (data "abc" "\u{3b1}"))
  (global $g (mut i32) (i32.add (i32.const -0x1) (i32.const 1_0)))
  (elem $el (table $t) (offset (i32.const 0)) funcref (item ref.func $imported) (ref.null func))
  (elem declare func $imported)
  (data $d "passive") (data (memory $mem) (i32.const 0) "active")
  (start $start)
  (func $start (local $x i32) (local f32 f32)
    (block $out (loop $again (br_if $out (i32.eqz (local.get $x))) (br $again)))
    (if $i (result i32) (local.get $x) (then (i32.const 1)) (else (i32.const 0x7fff_ffff)))
    (@metadata.code.branch_hint "\01") if nop else unreachable end
    (drop (f32.const 0x1.8p-3)) f64.const nan:0x1234 drop
    (drop (i32.load8_s $mem offset=4 align=1 (i32.const 0)))
    (v128.store (i32.const 0) (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31
      (v128.const i16x8 0 1 2 3 4 5 6 -7) (v128.const f32x4 1 2 nan inf)))
    (memory.init $mem $d (i32.const 0) (i32.const 0) (i32.const 0)) (data.drop $d)
    (drop (call_indirect $t (type $f) (i32.const 0) (i32.const 0)))
    (drop (struct.get_s $s 1 (struct.new $s (i32.const 1) (i32.const 2))))
    (block $h (result i32 i64) (try_table (catch $e $h) (throw $e (i32.const 1) (i64.const 2)))
      unreachable) drop drop
    (br_table 0 0 (i32.const 0)))
  (func (export "x") (param $q i32) (result i32) (return_call $imported (local.get $q))))
)";

void expect_an_end(const std::string& source)
{
    Arena arena{Backing::reserve(size_t{1} << 30).value()};
    const std::string wrong = test::trouble_with(source, arena);
    EXPECT_EQ(wrong, "") << source;
}

TEST(mutation, the_seed_itself_is_a_valid_module)
{
    EXPECT_EQ(test::judgement(rich), "valid");
    expect_an_end(std::string{rich});
}

TEST(mutation, every_prefix_comes_to_an_end)
{
    for (size_t size = 0; size < rich.size(); ++size)
        expect_an_end(std::string{rich.substr(0, size)});
}

TEST(mutation, damaged_texts_come_to_an_end)
{
    std::mt19937 random{1};
    for (int i = 0; i < 4000; ++i)
        expect_an_end(test::mutated(rich, random));
}

}  // namespace
}  // namespace wrt::text
