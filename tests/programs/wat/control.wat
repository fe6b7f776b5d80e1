;; Structured control: blocks and loops with parameters and several results, branches out of many levels, br_table.
(module
  (func (export "two_results") (param i32) (result i32 i64)
    local.get 0
    block (param i32) (result i32 i64)
      local.get 0 i32.eqz
      if (param i32) (result i32)
        drop i32.const 100
      else
        i32.const 1 i32.add
      end
      i64.const 7
    end)
  (func (export "sum_by_loop") (param i32) (result i32)
    i32.const 0
    local.get 0
    loop (param i32 i32) (result i32)
      local.set 0
      local.get 0 i32.add
      local.get 0 i32.const 1 i32.sub local.tee 0
      local.get 0 i32.eqz
      if (param i32 i32) (result i32)
        drop
      else
        br 1
      end
    end)
  (func (export "out_of_many") (param i32) (result i32)
    block (result i32)
      block (result i32)
        block (result i32)
          block (result i32)
            i32.const 11
            local.get 0
            br_table 0 1 2 3 0
          end
          i32.const 1 i32.add
        end
        i32.const 10 i32.add
      end
      i32.const 100 i32.add
    end)
  (func (export "values_below_are_dropped") (result i32)
    i32.const 1
    block (result i32)
      i32.const 2 i32.const 3 i32.const 4 i32.const 5
      br 0
    end
    i32.add)
  (func (export "after_a_branch") (result i32)
    block (result i32)
      i32.const 9
      br 0
      i32.add drop f64.neg drop unreachable
    end)
  (func (export "early_return") (param i32) (result i32 i32)
    loop
      local.get 0
      if
        i32.const 1 local.get 0 return
      end
      i32.const -1 local.set 0
      br 0
    end
    unreachable)
  (func (export "choose") (param i32) (result f64)
    f64.const 1.5 f64.const -2.5 local.get 0 select)
  (func (export "never") unreachable))

;; invoke: two_results 0
;; expect: i32:100
;; expect: i64:7
;; invoke: two_results 5
;; expect: i32:6
;; expect: i64:7
;; invoke: sum_by_loop 10
;; expect: i32:55
;; invoke: out_of_many 0
;; expect: i32:122
;; invoke: out_of_many 1
;; expect: i32:121
;; invoke: out_of_many 2
;; expect: i32:111
;; invoke: out_of_many 3
;; expect: i32:11
;; invoke: out_of_many -1
;; expect: i32:122
;; invoke: values_below_are_dropped
;; expect: i32:6
;; invoke: after_a_branch
;; expect: i32:9
;; invoke: early_return 0
;; expect: i32:1
;; expect: i32:-1
;; invoke: early_return 4
;; expect: i32:1
;; expect: i32:4
;; invoke: choose 1
;; expect: f64:1.5
;; invoke: choose 0
;; expect: f64:-2.5
;; invoke: never
;; expect trap: unreachable
