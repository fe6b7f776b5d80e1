;; Vectors to the host and back, between values of one slot.
(module
  (import "env" "mix" (func $mix (param i32 v128 i64 v128) (result i64 v128)))
  (func (export "mix") (param i32 v128 i64 v128) (result i64 v128)
    (call $mix (local.get 0) (i32x4.add (local.get 1) (local.get 1)) (local.get 2) (local.get 3)))
  (func (export "splat") (param i32) (result v128) (i32x4.splat (local.get 0))))
