;; Calls: many parameters and results, recursion, through the table with its three ways to fail, and without end.
(module
  (type $unary (func (param i32) (result i32)))
  (table $t 4 funcref)
  (elem (i32.const 0) $double $negate $wide)
  (func $double (param i32) (result i32) local.get 0 i32.const 2 i32.mul)
  (func $negate (param i32) (result i32) i32.const 0 local.get 0 i32.sub)
  (func $wide (param i64) (result i64) local.get 0)
  (func (export "through") (param i32 i32) (result i32)
    local.get 1 local.get 0 call_indirect (type $unary))
  (func $swap (param i32 i64 f32 f64) (result f64 f32 i64 i32)
    local.get 3 local.get 2 local.get 1 local.get 0)
  (func (export "swapped") (result f64 f32 i64 i32)
    i32.const 1 i64.const 2 f32.const 3.5 f64.const 4.25 call $swap)
  (func $factorial (export "factorial") (param i64) (result i64)
    local.get 0 i64.eqz
    if (result i64)
      i64.const 1
    else
      local.get 0 local.get 0 i64.const 1 i64.sub call $factorial i64.mul
    end)
  (func $weigh (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
    local.get 0 local.get 5 i32.const 10 i32.mul i32.add local.get 11 i32.const 100 i32.mul i32.add)
  (func (export "twelve") (result i32)
    i32.const 1 i32.const 2 i32.const 3 i32.const 4 i32.const 5 i32.const 6
    i32.const 7 i32.const 8 i32.const 9 i32.const 10 i32.const 11 i32.const 12 call $weigh)
  (func $endless (export "endless") (param i32) (result i32)
    local.get 0 i32.const 1 i32.add call $endless i32.const 1 i32.add))

;; invoke: through 0 21
;; expect: i32:42
;; invoke: through 1 21
;; expect: i32:-21
;; invoke: through 2 21
;; expect trap: indirect call type mismatch
;; invoke: through 3 21
;; expect trap: uninitialized element
;; invoke: through 4 21
;; expect trap: undefined element
;; invoke: through -1 21
;; expect trap: undefined element
;; invoke: swapped
;; expect: f64:4.25
;; expect: f32:3.5
;; expect: i64:2
;; expect: i32:1
;; invoke: factorial 20
;; expect: i64:2432902008176640000
;; invoke: twelve
;; expect: i32:1261
;; invoke: endless 0
;; expect trap: call stack exhausted
