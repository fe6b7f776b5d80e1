;; Function references kept in globals and tables, compared with null, chosen, called.
(module
  (type $f (func (result i32)))
  (table $source funcref (elem $one $two))
  (table $t 3 funcref)
  (global $kept (mut funcref) (ref.null func))
  (func $one (result i32) i32.const 1)
  (func $two (result i32) i32.const 2)
  (func (export "null_at_first") (result i32 i32)
    global.get $kept ref.is_null i32.const 0 table.get $t ref.is_null)
  (func (export "kept") (result i32 i32)
    i32.const 1 table.get $source global.set $kept
    i32.const 1 global.get $kept table.set $t
    global.get $kept ref.is_null
    i32.const 1 call_indirect $t (type $f))
  (func (export "filled") (result i32)
    i32.const 0 i32.const 0 table.get $source i32.const 3 table.fill $t
    i32.const 2 call_indirect $t (type $f))
  (func (export "cleared") (result i32)
    i32.const 0 i32.const 0 table.get $source table.set $t
    i32.const 0 ref.null func table.set $t
    i32.const 0 call_indirect $t (type $f))
  (func (export "get_too_far") (result i32) i32.const 3 table.get $t ref.is_null)
  (func (export "fill_too_far") i32.const 2 ref.null func i32.const 2 table.fill $t)
  (func (export "copied") (result i32 i32)
    i32.const 1 i32.const 0 i32.const 2 table.copy $t $source
    i32.const 1 call_indirect $t (type $f)
    i32.const 2 call_indirect $t (type $f))
  (func (export "chosen") (param i32) (result i32)
    i32.const 0 table.get $source ref.null func local.get 0 select (result funcref) ref.is_null))

;; invoke: null_at_first
;; expect: i32:1
;; expect: i32:1
;; invoke: kept
;; expect: i32:0
;; expect: i32:2
;; invoke: filled
;; expect: i32:1
;; invoke: cleared
;; expect trap: uninitialized element
;; invoke: get_too_far
;; expect trap: out of bounds table access
;; invoke: fill_too_far
;; expect trap: out of bounds table access
;; invoke: copied
;; expect: i32:1
;; expect: i32:2
;; invoke: chosen 1
;; expect: i32:0
;; invoke: chosen 0
;; expect: i32:1
