;; What happens before the first call: globals from constant expressions, segments in order, the start function.
(module
  (global $base i32 (i32.const 8))
  (global $count (mut i64) (i64.const 40))
  (memory 1)
  (data (i32.const 8) "\2a\00\00\00")
  (data (i32.const 9) "\01")
  (func $begin
    global.get $count i64.const 2 i64.add global.set $count
    i32.const 100 global.get $base i32.load i32.store)
  (start $begin)
  (func (export "count") (result i64) global.get $count)
  (func (export "copied") (result i32) i32.const 100 i32.load))

;; invoke: count
;; expect: i64:42
;; invoke: copied
;; expect: i32:298
