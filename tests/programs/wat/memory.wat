;; Memory: data segments, narrow accesses, the last byte, offsets that wrap if added in 32 bits, growth to the maximum.
(module
  (memory (export "memory") 1 3)
  (data (i32.const 0) "\01\82\03\84\05\86\07\88")
  (data (i32.const 65532) "last")
  (func (export "load8_s") (param i32) (result i32) local.get 0 i32.load8_s)
  (func (export "load16_u") (param i32) (result i32) local.get 0 i32.load16_u)
  (func (export "load32_s") (param i32) (result i64) local.get 0 i64.load32_s)
  (func (export "load64") (param i32) (result i64) local.get 0 i64.load)
  (func (export "load_far") (param i32) (result i32) local.get 0 i32.load offset=4294967295)
  (func (export "load_last") (param i32) (result i32) local.get 0 i32.load offset=65532)
  (func (export "store_and_load") (param i32 i64) (result i64)
    local.get 0 local.get 1 i64.store32 local.get 0 i64.load)
  (func (export "store") (param i32) local.get 0 i32.const 7 i32.store)
  (func (export "grow") (param i32) (result i32 i32) local.get 0 memory.grow memory.size)
  (func (export "grow_and_use") (result i32 i32)
    i32.const 1 memory.grow drop
    i32.const 131068 i32.load
    i32.const 131068 i32.const -5 i32.store
    i32.const 131068 i32.load)
  (func (export "float_bits") (result i64)
    i32.const 16 f64.const -0x1.8p+1 f64.store i32.const 16 i64.load))

;; invoke: load8_s 1
;; expect: i32:-126
;; invoke: load16_u 2
;; expect: i32:33795
;; invoke: load32_s 4
;; expect: i64:-2012772859
;; invoke: load64 0
;; expect: i64:-8644793601466596863
;; invoke: load64 65528
;; expect: i64:8391157647205728256
;; invoke: load64 65529
;; expect trap: out of bounds memory access
;; invoke: load_far 1
;; expect trap: out of bounds memory access
;; invoke: load_far -1
;; expect trap: out of bounds memory access
;; invoke: load_last 0
;; expect: i32:1953718636
;; invoke: load_last 1
;; expect trap: out of bounds memory access
;; invoke: store_and_load 0 -1
;; expect: i64:-8644793599386451969
;; invoke: store 65532
;; invoke: store 65533
;; expect trap: out of bounds memory access
;; invoke: grow 2
;; expect: i32:1
;; expect: i32:3
;; invoke: grow 3
;; expect: i32:-1
;; expect: i32:1
;; invoke: grow_and_use
;; expect: i32:0
;; expect: i32:-5
;; invoke: float_bits
;; expect: i64:-4609434218613702656
