;; A million calls in tail position, to a function of another shape and through the table, in constant space.
(module
  (type $step (func (param i64 i64) (result i64)))
  (table funcref (elem $by_table))
  (func $sum (export "sum") (param i64 i64) (result i64)
    local.get 0 i64.eqz
    if
      local.get 1 return
    end
    local.get 0 i64.const 1 i64.sub
    local.get 1 local.get 0 i64.add
    return_call $sum)
  (func $by_table (export "by_table") (param i64 i64) (result i64)
    local.get 0 i64.eqz
    if
      local.get 1 return
    end
    local.get 0 i64.const 1 i64.sub
    local.get 1 i64.const 3 i64.add
    i32.const 0 return_call_indirect (type $step))
  (func $narrow (param i64) (result i64)
    local.get 0 i64.eqz
    if (result i64)
      i64.const 77
    else
      local.get 0 i64.const 1 i64.sub i64.const 1 i64.const 2 i64.const 3 i64.const 4 i64.const 5
      return_call $broad
    end)
  (func $broad (param i64 i64 i64 i64 i64 i64) (result i64)
    local.get 0 return_call $narrow)
  (func (export "shapes") (param i64) (result i64) local.get 0 call $narrow))

;; invoke: sum 1000000 0
;; expect: i64:500000500000
;; invoke: by_table 1000000 5
;; expect: i64:3000005
;; invoke: shapes 300000
;; expect: i64:77
