;; Bulk operations: overlapping copies, fills, passive segments that can be dropped, and bounds checked before any write.
(module
  (memory 1)
  (data (i32.const 0) "abcdefgh")
  (data $passive "PASSIVE!")
  (table $t 6 funcref)
  (elem $functions func $one $two $three)
  (func $one (result i32) i32.const 1)
  (func $two (result i32) i32.const 2)
  (func $three (result i32) i32.const 3)
  (func (export "copy_up") (result i64)
    i32.const 2 i32.const 0 i32.const 6 memory.copy i32.const 0 i64.load)
  (func (export "copy_down") (result i64)
    i32.const 0 i32.const 2 i32.const 6 memory.copy i32.const 0 i64.load)
  (func (export "fill") (param i32 i32) (result i64)
    local.get 0 i32.const 0xff local.get 1 memory.fill i32.const 0 i64.load)
  (func (export "init") (param i32 i32 i32) (result i64)
    local.get 0 local.get 1 local.get 2 memory.init $passive i32.const 0 i64.load)
  (func (export "init_after_drop") (param i32)
    data.drop $passive i32.const 0 i32.const 0 local.get 0 memory.init $passive)
  (func (export "table_init_and_copy") (result i32 i32 i32)
    i32.const 0 i32.const 0 i32.const 3 table.init $t $functions
    i32.const 1 i32.const 0 i32.const 3 table.copy
    i32.const 1 call_indirect (result i32)
    i32.const 2 call_indirect (result i32)
    i32.const 3 call_indirect (result i32))
  (func (export "table_too_far")
    i32.const 4 i32.const 0 i32.const 3 table.init $t $functions)
  (func (export "table_grow_and_fill") (result i32 i32 i32)
    i32.const 0 i32.const 0 i32.const 3 table.init $t $functions
    i32.const 1 table.get $t i32.const 4 table.grow $t
    table.size $t
    i32.const 9 call_indirect (result i32)))

;; invoke: copy_up
;; expect: i64:7378413942531514977
;; invoke: copy_down
;; expect: i64:7523096495854543971
;; invoke: fill 1 3
;; expect: i64:7523094290818400097
;; invoke: fill 65536 0
;; expect: i64:7523094288207667809
;; invoke: fill 65530 7
;; expect trap: out of bounds memory access
;; invoke: fill 65537 0
;; expect trap: out of bounds memory access
;; invoke: init 0 4 4
;; expect: i64:7523094287081625161
;; invoke: init 0 4 5
;; expect trap: out of bounds memory access
;; invoke: init_after_drop 0
;; invoke: init_after_drop 1
;; expect trap: out of bounds memory access
;; invoke: table_init_and_copy
;; expect: i32:1
;; expect: i32:2
;; expect: i32:3
;; invoke: table_too_far
;; expect trap: out of bounds table access
;; invoke: table_grow_and_fill
;; expect: i32:6
;; expect: i32:10
;; expect: i32:2
