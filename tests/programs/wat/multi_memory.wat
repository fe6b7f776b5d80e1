;; Two memories in one module: neither sees the other's bytes, a copy goes from one to the other.
(module
  (memory $a 1)
  (memory $b 2 2)
  (data (memory $a) (i32.const 0) "in a")
  (data (memory $b) (i32.const 0) "in b")
  (func (export "both") (result i32 i32) i32.const 0 i32.load $a i32.const 0 i32.load $b)
  (func (export "sizes") (result i32 i32) memory.size $a memory.size $b)
  (func (export "far") (param i32) (result i32) local.get 0 i32.load8_u $b)
  (func (export "copied") (result i32)
    i32.const 70000 i32.const 0 i32.const 4 memory.copy $b $a i32.const 70000 i32.load $b)
  (func (export "filled") (result i32 i32)
    i32.const 0 i32.const 255 i32.const 4 memory.fill $b i32.const 0 i32.load $a i32.const 0 i32.load $b))

;; invoke: both
;; expect: i32:1629515369
;; expect: i32:1646292585
;; invoke: sizes
;; expect: i32:1
;; expect: i32:2
;; invoke: far 131071
;; expect: i32:0
;; invoke: far 131072
;; expect trap: out of bounds memory access
;; invoke: copied
;; expect: i32:1629515369
;; invoke: filled
;; expect: i32:1629515369
;; expect: i32:-1
