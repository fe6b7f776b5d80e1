;; Throws what it is given, by a tag of its own and by one of the host's.
(module
  (import "env" "stop" (tag $stop (param i64)))
  (import "env" "between" (func $between (param i32) (result i32)))
  (tag $failed (export "failed") (param i32 f32))
  (func (export "fail") (param i32) (result i32)
    (throw $failed (local.get 0) (f32.const 0.5)))
  (func (export "stop")
    (throw $stop (i64.const -1)))
  (func (export "through_the_host") (param i32) (result i32)
    (call $between (local.get 0))))
