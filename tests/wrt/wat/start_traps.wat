(module
  (func $go (unreachable))
  (start $go))
