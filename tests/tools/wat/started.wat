;; No _start, but a start function: running it is instantiating it.
(module
  (global $g (mut i32) (i32.const 0))
  (func $go (global.set $g (i32.const 1)))
  (start $go))
