;; A memory addressed with 64 bits: addresses beyond four gigabytes are out of bounds and do not wrap.
(module
  (memory i64 1 4)
  (data (i64.const 8) "\2a\00\00\00\00\00\00\00")
  (func (export "load") (param i64) (result i64) local.get 0 i64.load)
  (func (export "load_far") (param i64) (result i32) local.get 0 i32.load8_u offset=0xffffffff)
  (func (export "grow") (param i64) (result i64 i64) local.get 0 memory.grow memory.size)
  (func (export "fill") (param i64 i64) (result i64)
    local.get 0 i32.const 1 local.get 1 memory.fill i64.const 0 i64.load))

;; invoke: load 8
;; expect: i64:42
;; invoke: load 65528
;; expect: i64:0
;; invoke: load 65529
;; expect trap: out of bounds memory access
;; invoke: load 4294967304
;; expect trap: out of bounds memory access
;; invoke: load -8
;; expect trap: out of bounds memory access
;; invoke: load_far 1
;; expect trap: out of bounds memory access
;; invoke: load_far -1
;; expect trap: out of bounds memory access
;; invoke: grow 3
;; expect: i64:1
;; expect: i64:4
;; invoke: grow 4294967296
;; expect: i64:-1
;; expect: i64:1
;; invoke: fill 0 8
;; expect: i64:72340172838076673
;; invoke: fill 1 65536
;; expect trap: out of bounds memory access
