;; Conversions between floating point and integers: the last values that fit, the first that do not, and the saturating
;; forms that never trap. Results are chosen to have one way to be written.
(module
  (func (export "trunc_s") (param f64) (result i32) local.get 0 i32.trunc_f64_s)
  (func (export "trunc_u") (param f64) (result i32) local.get 0 i32.trunc_f64_u)
  (func (export "trunc_wide") (param f32) (result i64) local.get 0 i64.trunc_f32_s)
  (func (export "saturate") (param f64) (result i32 i32 i64 i64)
    local.get 0 i32.trunc_sat_f64_s local.get 0 i32.trunc_sat_f64_u
    local.get 0 i64.trunc_sat_f64_s local.get 0 i64.trunc_sat_f64_u)
  (func (export "zero_over_zero") (result i32)
    f64.const 0 f64.const 0 f64.div i32.trunc_f64_s)
  (func (export "nan_saturates") (result i32) f64.const nan i32.trunc_sat_f64_s)
  (func (export "convert") (param i64) (result f64 i64)
    local.get 0 f64.convert_i64_s local.get 0 f64.convert_i64_u i64.reinterpret_f64)
  (func (export "bits") (param f32) (result i32) local.get 0 i32.reinterpret_f32)
  (func (export "nearest") (param f64) (result f64) local.get 0 f64.nearest)
  (func (export "minimum_of_zeros") (result i64)
    f64.const 0 f64.const -0 f64.min i64.reinterpret_f64)
  (func (export "demote_bits") (param f64) (result i32) local.get 0 f32.demote_f64 i32.reinterpret_f32))

;; invoke: trunc_s -2147483648.5
;; expect: i32:-2147483648
;; invoke: trunc_s 2147483648
;; expect trap: integer overflow
;; invoke: trunc_s -2147483649
;; expect trap: integer overflow
;; invoke: trunc_u -0.5
;; expect: i32:0
;; invoke: trunc_u -1
;; expect trap: integer overflow
;; invoke: trunc_u 4294967295.5
;; expect: i32:-1
;; invoke: trunc_wide 16777216
;; expect: i64:16777216
;; invoke: trunc_wide 9223372036854775808
;; expect trap: integer overflow
;; invoke: saturate 1e300
;; expect: i32:2147483647
;; expect: i32:-1
;; expect: i64:9223372036854775807
;; expect: i64:-1
;; invoke: saturate -1e300
;; expect: i32:-2147483648
;; expect: i32:0
;; expect: i64:-9223372036854775808
;; expect: i64:0
;; invoke: zero_over_zero
;; expect trap: invalid conversion to integer
;; invoke: nan_saturates
;; expect: i32:0
;; invoke: convert -1
;; expect: f64:-1
;; expect: i64:4895412794951729152
;; invoke: bits -1.5
;; expect: i32:-1077936128
;; invoke: nearest 2.5
;; expect: f64:2
;; invoke: nearest -3.5
;; expect: f64:-4
;; invoke: minimum_of_zeros
;; expect: i64:-9223372036854775808
;; invoke: demote_bits 0.1
;; expect: i32:1036831949
