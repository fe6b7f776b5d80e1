;; Exceptions that nothing catches.
(module
  (tag $overflow (export "too much") (param i32 f64))
  (tag $plain)
  (func $raise (param i32)
    (throw $overflow (local.get 0) (f64.const 1.5)))
  (func (export "raise") (param i32)
    (call $raise (local.get 0)))
  (func (export "plain")
    (throw $plain)))
