;; A component that defines a resource, and counts how many of it were dropped.
(component
  (core module $drops
    (global $count (mut i32) (i32.const 0))
    (func (export "drop") (param i32) (global.set $count (i32.add (global.get $count) (i32.const 1))))
    (func (export "count") (result i32) (global.get $count)))
  (core instance $drops (instantiate $drops))
  (alias core export $drops "drop" (core func $drop))
  (type $counter' (resource (rep i32) (dtor (core func $drop))))
  (core func $new (canon resource.new $counter'))
  (core module $main
    (import "counter" "new" (func $new (param i32) (result i32)))
    (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
    (func (export "value") (param i32) (result i32) (local.get 0)))
  (core instance $main (instantiate $main (with "counter" (instance (export "new" (func $new))))))
  (export $counter "counter" (type $counter'))
  (func $make (param "start" u32) (result (own $counter)) (canon lift (core func $main "make")))
  (func $value (param "self" (borrow $counter)) (result u32) (canon lift (core func $main "value")))
  (func $count (result u32) (canon lift (core func $drops "count")))
  (export "[constructor]counter" (func $make))
  (export "[method]counter.value" (func $value))
  (export "drops" (func $count)))
