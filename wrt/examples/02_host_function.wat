(module
  (import "env" "print" (func $print (param i32 i32)))
  (import "env" "divide" (func $divide (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "dividing")
  (func (export "divide") (param i32 i32) (result i32)
    (call $print (i32.const 0) (i32.const 8))
    (call $divide (local.get 0) (local.get 1))))
