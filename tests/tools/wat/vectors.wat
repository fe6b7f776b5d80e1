;; Vectors to call with.
(module
  (func (export "sum") (param v128 i32 v128) (result v128 i32)
    (i32x4.add (local.get 0) (local.get 2))
    (local.get 1)))
