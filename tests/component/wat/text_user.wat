;; A component that imports what values.wat exports, and passes text through it, from its memory to the other and back.
(component
  (import "acme:values/plain@0.2.0" (instance $plain
    (export "text" (func (param "text" string) (result string)))))
  (core module $libc
    (memory (export "memory") 1)
    (global $top (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $at i32)
      (local.set $at (global.get $top))
      (global.set $top (i32.add (local.get $at) (local.get 3)))
      (local.get $at)))
  (core instance $libc (instantiate $libc))
  (core func $text (canon lower (func $plain "text") (memory (core memory $libc "memory"))
    (realloc (core func $libc "realloc"))))
  (core module $main
    (import "plain" "text" (func $text (param i32 i32 i32)))
    (import "libc" "memory" (memory 1))
    (func (export "pass") (param i32 i32) (result i32)
      (call $text (local.get 0) (local.get 1) (i32.const 16))
      (call $text (i32.load (i32.const 16)) (i32.load (i32.const 20)) (i32.const 24))
      (i32.const 24)))
  (core instance $main (instantiate $main (with "plain" (instance (export "text" (func $text))))
    (with "libc" (instance $libc))))
  (func $pass (param "text" string) (result string)
    (canon lift (core func $main "pass") (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (export "pass" (func $pass)))
