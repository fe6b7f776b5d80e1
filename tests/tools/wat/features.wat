;; Uses a few proposals.
(module
  (import "env" "table" (table 1 10 externref))
  (import "env" "base" (global i32))
  (memory 1)
  (data "passive")
  (func (param i32) (result i32 i64) (i32.extend8_s (local.get 0)) (i64.trunc_sat_f32_s (f32.const 1)))
  (func $tail (export "tail") (param i32) (return_call $tail (local.get 0)))
  (func (export "fill") (memory.fill (i32.const 0) (i32.const 0) (i32.const 8))))
