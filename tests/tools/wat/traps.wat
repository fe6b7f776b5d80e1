;; Its names are meant for somebody's terminal.
(module
  (memory (export "memory") 1)
  (func $inner (unreachable))
  (func (export "\1b[31mred") (call $inner))
  (func (export "_start") (call $inner)))
