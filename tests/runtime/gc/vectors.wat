;; Fields and elements of sixteen bytes, beside references.
(module
  (type $box (struct (field i64)))
  (type $s (struct (field i8) (field (mut v128)) (field (ref $box)) (field v128)))
  (type $a (array (mut v128)))
  (global $g (ref $s)
    (struct.new $s (i32.const 1) (v128.const i64x2 1 2) (struct.new $box (i64.const 3)) (v128.const i64x2 4 5)))
  (global $h (ref $a) (array.new_fixed $a 2 (v128.const i64x2 6 7) (v128.const i64x2 8 9)))
  (data $d "\01\00\00\00\00\00\00\00\02\00\00\00\00\00\00\00")

  (func $sum (param v128) (result i64)
    (i64.add (i64x2.extract_lane 0 (local.get 0)) (i64x2.extract_lane 1 (local.get 0))))
  (func $struct_sum (param $s (ref $s)) (result i64)
    (i64.add (call $sum (struct.get $s 1 (local.get $s)))
      (i64.add (struct.get $box 0 (struct.get $s 2 (local.get $s)))
               (call $sum (struct.get $s 3 (local.get $s))))))
  (func $array_sum (param $a (ref $a)) (result i64)
    (local $i i32) (local $sum i64)
    (loop $more
      (local.set $sum (i64.add (local.get $sum) (call $sum (array.get $a (local.get $a) (local.get $i)))))
      (br_if $more
        (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (array.len (local.get $a)))))
    (local.get $sum))

  (func (export "constants") (result i64)
    (i64.add (call $struct_sum (global.get $g)) (call $array_sum (global.get $h))))   ;; 15 + 30
  (func (export "structs") (param $x i64) (result i64)
    (local $s (ref $s)) (local $v v128)
    ;; Operands of both widths below an allocation.
    (v128.const i64x2 100 200)
    (struct.new $box (i64.const 7))
    (v128.const i64x2 1 1)
    (local.set $s
      (struct.new $s (i32.const -1) (i64x2.splat (local.get $x)) (struct.new $box (i64.const 10))
        (v128.const i64x2 20 30)))
    (local.set $v (i64x2.add (struct.get $s 1 (local.get $s))))                       ;; x+1, x+1
    (struct.set $s 1 (local.get $s) (local.get $v))
    (struct.get $box 0)                                                               ;; 7
    (local.set $x)
    (i64.add (call $sum) (i64.add (local.get $x) (call $struct_sum (local.get $s)))))
  (func (export "arrays") (result i64)
    (local $a (ref $a)) (local $b (ref $a))
    (local.set $a (array.new $a (v128.const i64x2 1 2) (i32.const 10)))
    (local.set $b (array.new_default $a (i32.const 4)))
    (array.fill $a (local.get $b) (i32.const 1) (v128.const i64x2 5 5) (i32.const 2))
    (array.set $a (local.get $b) (i32.const 0) (v128.const i64x2 100 0))
    (array.copy $a $a (local.get $a) (i32.const 8) (local.get $b) (i32.const 0) (i32.const 2))
    (array.init_data $a $d (local.get $b) (i32.const 3) (i32.const 0) (i32.const 1))
    ;; 8 * 3 + 100 + 10, and 100 + 10 + 10 + 3, and 3
    (i64.add (call $array_sum (array.new_data $a $d (i32.const 0) (i32.const 1)))
      (i64.add (call $array_sum (local.get $a)) (call $array_sum (local.get $b)))))
  (func (export "outside") (result i64)
    (call $sum (array.get $a (array.new_default $a (i32.const 3)) (i32.const 3))))
)
