;; Integer instructions where they meet their edges: division, remainder, shifts by more than the width, counting bits.
(module
  (func (export "div_s") (param i32 i32) (result i32) local.get 0 local.get 1 i32.div_s)
  (func (export "div_u") (param i32 i32) (result i32) local.get 0 local.get 1 i32.div_u)
  (func (export "rem_s") (param i64 i64) (result i64) local.get 0 local.get 1 i64.rem_s)
  (func (export "shl") (param i32 i32) (result i32) local.get 0 local.get 1 i32.shl)
  (func (export "rotr") (param i64 i64) (result i64) local.get 0 local.get 1 i64.rotr)
  (func (export "bits") (param i64) (result i64 i64 i64)
    local.get 0 i64.clz local.get 0 i64.ctz local.get 0 i64.popcnt)
  (func (export "extend") (param i64) (result i64 i64 i64 i64)
    local.get 0 i64.extend8_s local.get 0 i64.extend16_s local.get 0 i64.extend32_s
    local.get 0 i32.wrap_i64 i64.extend_i32_u))

;; invoke: div_s 42 6
;; expect: i32:7
;; invoke: div_s -7 2
;; expect: i32:-3
;; invoke: div_s 1 0
;; expect trap: integer divide by zero
;; invoke: div_s -2147483648 -1
;; expect trap: integer overflow
;; invoke: div_u -1 2
;; expect: i32:2147483647
;; invoke: div_u 5 0
;; expect trap: integer divide by zero
;; invoke: rem_s -9223372036854775808 -1
;; expect: i64:0
;; invoke: rem_s -7 4
;; expect: i64:-3
;; invoke: rem_s 7 0
;; expect trap: integer divide by zero
;; invoke: shl 1 33
;; expect: i32:2
;; invoke: shl 1 31
;; expect: i32:-2147483648
;; invoke: rotr 1 65
;; expect: i64:-9223372036854775808
;; invoke: bits 0
;; expect: i64:64
;; expect: i64:64
;; expect: i64:0
;; invoke: bits 4294967296
;; expect: i64:31
;; expect: i64:32
;; expect: i64:1
;; invoke: extend 2155905152
;; expect: i64:-128
;; expect: i64:-32640
;; expect: i64:-2139062144
;; expect: i64:2155905152
