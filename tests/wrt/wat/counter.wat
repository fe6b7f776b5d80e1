;; A provider of everything that can be imported.
(module
  (memory (export "memory") 1 3)
  (global $count (export "count") (mut i32) (i32.const 0))
  (table (export "table") 4 funcref)
  (func (export "bump") (result i32)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (global.get $count))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))
