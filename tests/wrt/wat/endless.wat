(module
  (func $spin (export "spin") (loop $again (br $again)))
  (func (export "work") (param i32) (result i32)
    (loop $again
      (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
      (br_if $again (local.get 0)))
    (local.get 0))
  (memory 16)
  (func (export "fill") (param $bytes i32)
    (memory.fill (i32.const 0) (i32.const 7) (local.get $bytes)))
)
