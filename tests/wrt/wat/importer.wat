;; Imports what counter.wat exports.
(module
  (import "counter" "memory" (memory 1))
  (import "counter" "count" (global $count (mut i32)))
  (import "counter" "table" (table 1 funcref))
  (import "counter" "bump" (func $bump (result i32)))
  (func (export "twice") (result i32) (drop (call $bump)) (call $bump))
  (func (export "count") (result i32) (global.get $count))
  (func (export "poke") (param i32 i32) (i32.store8 (local.get 0) (local.get 1))))
