;; Binary trees: made, counted and dropped, by recursion through the operand stack.
(module
  (type $tree (struct (field (ref null $tree)) (field (ref null $tree))))

  (func $make (param $depth i32) (result (ref $tree))
    (if (result (ref $tree)) (local.get $depth)
      (then
        ;; The left tree waits on the operand stack while the right one is made.
        (struct.new $tree
          (call $make (i32.sub (local.get $depth) (i32.const 1)))
          (call $make (i32.sub (local.get $depth) (i32.const 1)))))
      (else (struct.new_default $tree))))

  (func $count (param $tree (ref null $tree)) (result i32)
    (if (result i32) (ref.is_null (local.get $tree))
      (then (i32.const 0))
      (else
        (i32.add (i32.const 1)
          (i32.add (call $count (struct.get $tree 0 (local.get $tree)))
                   (call $count (struct.get $tree 1 (local.get $tree))))))))

  ;; `rounds` trees of that depth, one after the other, beside one that lives long.
  (func (export "run") (param $depth i32) (param $rounds i32) (result i32)
    (local $long (ref null $tree)) (local $sum i32)
    (local.set $long (call $make (local.get $depth)))
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (call $count (call $make (local.get $depth)))))
      (br_if $again (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (i32.add (local.get $sum) (call $count (local.get $long))))
)
