;; References wherever they may lie: globals, tables, element segments, locals that nobody reads for
;; long, operands below calls, blocks with parameters, arguments of tail calls, loops and branches.
(module
  (import "host" "visit" (func $visit (param anyref) (result anyref)))
  (type $box (struct (field $value (mut i64))))
  (type $boxes (array (mut (ref null $box))))
  (type $kept (sub (struct (field (ref null $box)) (field i8) (field f32) (field (ref null $box)))))
  (type $more (sub $kept (struct (field (ref null $box)) (field i8) (field f32)
                                 (field (ref null $box)) (field f64) (field anyref))))
  (type $take (func (param (ref $box) i32 (ref null $box)) (result i64)))

  (global $g (mut (ref null $box)) (ref.null $box))
  (global $constant (ref $kept)
    (struct.new $kept (struct.new $box (i64.const 7)) (i32.const 1) (f32.const 2)
                      (struct.new $box (i64.const 8))))
  (table $t 4 (ref null $box))
  (table $any 2 anyref)
  (elem $e (ref $box) (item (struct.new $box (i64.const 100))) (item (struct.new $box (i64.const 200))))
  (elem declare func $taken)

  (func $box (param $value i64) (result (ref $box)) (struct.new $box (local.get $value)))
  (func $value (param $box (ref null $box)) (result i64) (struct.get $box $value (local.get $box)))

  ;; Makes garbage, so that whatever is not found by the collector is overwritten.
  (func $churn (param $n i32)
    (local $last anyref)
    (loop $more
      (local.set $last (array.new_default $boxes (i32.const 5)))
      (drop (struct.new $box (i64.const -1)))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))

  (func $taken (type $take)
    (call $churn (i32.const 3))
    (i64.add (call $value (local.get 0)) (call $value (local.get 2))))

  (func (export "globals") (result i64)
    (global.set $g (call $box (i64.const 1)))
    (call $churn (i32.const 10))
    (i64.add (call $value (global.get $g))
      (i64.add (call $value (struct.get $kept 0 (global.get $constant)))
               (call $value (struct.get $kept 3 (global.get $constant))))))

  (func (export "tables") (result i64)
    (table.set $t (i32.const 3) (call $box (i64.const 30)))
    (table.set $any (i32.const 0) (call $box (i64.const 5)))
    (table.set $any (i32.const 1) (ref.i31 (i32.const 6)))
    (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 2))
    (call $churn (i32.const 10))
    (i64.add (i64.add (call $value (table.get $t (i32.const 0))) (call $value (table.get $t (i32.const 1))))
      (i64.add (call $value (table.get $t (i32.const 3)))
        (i64.add (call $value (ref.cast (ref $box) (table.get $any (i32.const 0))))
          (i64.extend_i32_u (i31.get_u (ref.cast (ref i31) (table.get $any (i32.const 1)))))))))

  ;; Operands of all kinds lie below the calls.
  (func (export "operands") (param $x i32) (result i64)
    (local $a (ref null $box)) (local $late (ref null $box))
    (local.set $late (call $box (i64.const 1000)))
    (local.set $a (call $box (i64.const 1)))
    local.get $a                          ;; a local that nobody has read yet
    (call $box (i64.const 2))             ;; a result
    i64.const 3
    (call $box (i64.const 4))
    (ref.null $box)
    (local.set $a (call $box (i64.const 50)))
    (call $churn (i32.const 5))
    (block (param (ref null $box)) (result (ref $box))
      drop
      (call $churn (i32.const 5))
      (call $box (i64.const 6)))
    (call $churn (i32.const 5))
    call $value                           ;; 6
    drop
    call $value                           ;; 4
    i64.add                               ;; 7
    (local.set 0 (i32.wrap_i64))
    call $value                           ;; 2
    i32.wrap_i64
    (local.set 0 (i32.add (local.get 0)))
    call $value                           ;; 1
    (i64.add (i64.extend_i32_u (local.get 0)))
    (i64.add (call $value (local.get $a)))
    (i64.add (call $value (local.get $late))))

  (func (export "tail") (result i64)
    (return_call $taken (call $box (i64.const 1)) (i32.const 0) (call $box (i64.const 2))))
  (func (export "indirect") (result i64)
    (call_ref $take (call $box (i64.const 10)) (i32.const 0) (call $box (i64.const 20))
      (ref.func $taken)))

  ;; Branches with several values, one of them a reference.
  (func (export "branches") (param $n i32) (result i64)
    (local $sum i64)
    (loop $again
      (block $out (result i64 (ref $box))
        (i64.const 1)
        (call $box (i64.extend_i32_u (local.get $n)))
        (br_if $out (i32.and (local.get $n) (i32.const 1)))
        (call $churn (i32.const 2))
        (br $out))
      call $value
      i64.add
      (local.set $sum (i64.add (local.get $sum)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))

  (func (export "casts") (result i64)
    (local $any anyref) (local $sum i64)
    (local.set $any
      (struct.new $more (call $box (i64.const 1)) (i32.const -1) (f32.const 1.5)
        (call $box (i64.const 2)) (f64.const 2.5) (call $box (i64.const 4))))
    (call $churn (i32.const 4))
    (block $no (result anyref)
      (br_on_cast_fail $no anyref (ref $kept) (local.get $any))
      (local.set $sum (i64.extend_i32_s (struct.get_s $kept 1)))      ;; -1
      (block $other (result anyref)
        (br_on_cast_fail $other anyref (ref $more) (local.get $any))
        (local.set $sum
          (i64.add (call $value (ref.cast (ref $box) (struct.get $more 5)))
            (local.get $sum)))                                           ;; 3
        (local.set $sum
          (i64.add (local.get $sum)
            (i64.trunc_f64_s
              (f64.mul (f64.const 10)
                (struct.get $more 4 (ref.cast (ref $more) (local.get $any)))))))  ;; 28
        (local.set $sum
          (i64.add (local.get $sum)
            (call $value (struct.get $kept 3 (ref.cast (ref $kept) (local.get $any))))))  ;; 30
        (return (local.get $sum))))
    unreachable)

  ;; The host keeps one reference, calls back and gives it back.
  (func (export "make") (result anyref) (call $churn (i32.const 3)) (call $box (i64.const 77)))
  (func (export "churn") (call $churn (i32.const 20)))
  (func (export "host") (result i64)
    (local $mine (ref null $box))
    (local.set $mine (call $box (i64.const 3)))
    (i64.add
      (call $value (ref.cast (ref $box) (call $visit (call $box (i64.const 40)))))
      (call $value (local.get $mine))))
  (func (export "look") (param anyref) (result i64)
    (call $value (ref.cast (ref $box) (local.get 0))))
)
