;; A module without any type of the heap: it holds references of others as externref.
(module
  (import "gc" "make" (func $make (result externref)))
  (import "gc" "look" (func $look (param externref) (result i64)))
  (import "gc" "churn" (func $churn))
  (global $g (mut externref) (ref.null extern))
  (table $t 1 externref)
  (func (export "run") (result i64)
    (local $local externref)
    (local.set $local (call $make))
    (global.set $g (call $make))
    (table.set $t (i32.const 0) (call $make))
    (call $make)            ;; an operand
    (call $churn)
    call $look
    (i64.add (call $look (local.get $local)))
    (i64.add (call $look (global.get $g)))
    (i64.add (call $look (table.get $t (i32.const 0)))))
)
