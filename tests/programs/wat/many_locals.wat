;; Locals start at zero, whatever the frame held before; tees, swaps and values that outlive a change of their local.
(module
  (func $dirty (param i64 i64 i64 i64) (result i64)
    (local i64 i64 i64 i64)
    i64.const -1 local.set 4 i64.const -1 local.set 5 i64.const -1 local.set 6 i64.const -1 local.set 7
    local.get 4 local.get 5 i64.and)
  (func $fresh (result i64)
    (local i64 f64 i32 f32 i64)
    local.get 0 local.get 1 i64.reinterpret_f64 i64.or
    local.get 2 i64.extend_i32_u i64.or
    local.get 3 i32.reinterpret_f32 i64.extend_i32_u i64.or
    local.get 4 i64.or)
  (func (export "zero_at_first") (result i64)
    i64.const 1 i64.const 2 i64.const 3 i64.const 4 call $dirty drop
    call $fresh)
  (func (export "old_value_stays") (param i32) (result i32)
    local.get 0
    i32.const 100 local.set 0
    local.get 0 i32.sub)
  (func (export "old_values_stay") (param i32 i32) (result i32 i32 i32)
    local.get 0 local.get 1 local.get 0 local.get 1 i32.add
    local.tee 0 local.set 1
    local.get 0 local.get 1 i32.mul)
  (func (export "in_a_loop") (param i32) (result i32)
    (local i32 i32)
    loop
      local.get 1 local.get 2 local.get 1 i32.const 1 i32.add local.tee 1 i32.add local.set 2 drop
      local.get 1 local.get 0 i32.lt_u
      br_if 0
    end
    local.get 2)
  (func (export "under_a_branch") (param i32) (result i32)
    local.get 0
    block
      local.get 0 br_if 0
      i32.const 50 local.set 0
    end
    local.get 0 i32.add))

;; invoke: zero_at_first
;; expect: i64:0
;; invoke: old_value_stays 7
;; expect: i32:-93
;; invoke: old_values_stay 3 4
;; expect: i32:3
;; expect: i32:4
;; expect: i32:49
;; invoke: in_a_loop 100
;; expect: i32:5050
;; invoke: under_a_branch 0
;; expect: i32:50
;; invoke: under_a_branch 6
;; expect: i32:12
