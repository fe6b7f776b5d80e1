;; Cyclic graphs: rings of nodes that know their owner, an array that knows the nodes.
(module
  (rec
    (type $nodes (array (mut (ref null $node))))
    (type $node (struct (field $next (mut (ref null $node)))
                        (field $all (mut (ref null $nodes)))
                        (field $value (mut i32))
                        (field $tag (mut i8)))))
  (rec
    (type $a (struct (field (mut (ref null $b)))))
    (type $b (struct (field (mut (ref null $a))))))

  ;; A ring of n nodes, each of which knows an array of all.
  (func $ring (param $n i32) (result (ref $node))
    (local $all (ref $nodes)) (local $i i32) (local $node (ref null $node))
    (local.set $all (array.new_default $nodes (local.get $n)))
    (loop $more
      (local.set $node
        (struct.new $node (local.get $node) (local.get $all) (local.get $i) (local.get $i)))
      (array.set $nodes (local.get $all) (local.get $i) (local.get $node))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $i) (local.get $n))))
    (struct.set $node $next (array.get $nodes (local.get $all) (i32.const 0)) (local.get $node))
    (ref.as_non_null (local.get $node)))

  ;; The sum of values once around, and of the tags through the array.
  (func $sum (param $start (ref $node)) (result i32)
    (local $node (ref null $node)) (local $sum i32) (local $i i32)
    (local.set $node (local.get $start))
    (loop $around
      (local.set $sum (i32.add (local.get $sum) (struct.get $node $value (local.get $node))))
      (local.set $node (struct.get $node $next (local.get $node)))
      (br_if $around (i32.eqz (ref.eq (local.get $node) (local.get $start)))))
    (loop $along
      (local.set $sum
        (i32.add (local.get $sum)
          (struct.get_s $node $tag
            (array.get $nodes (struct.get $node $all (local.get $start)) (local.get $i)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $along
        (i32.lt_u (local.get $i) (array.len (struct.get $node $all (local.get $start))))))
    (local.get $sum))

  (func $pair (result (ref $a))
    (local $a (ref $a))
    (local.set $a (struct.new_default $a))
    (struct.set $a 0 (local.get $a) (struct.new $b (local.get $a)))
    (local.get $a))

  (func (export "run") (param $n i32) (param $rounds i32) (result i32)
    (local $kept (ref null $node)) (local $pair (ref $a)) (local $sum i32)
    (local.set $kept (call $ring (local.get $n)))
    (local.set $pair (call $pair))
    (loop $again
      (local.set $sum (i32.add (local.get $sum) (call $sum (call $ring (local.get $n)))))
      (drop (call $pair))
      (br_if $again (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (if (i32.eqz (ref.eq (local.get $pair)
                         (struct.get $b 0 (struct.get $a 0 (local.get $pair)))))
      (then (unreachable)))
    (i32.add (local.get $sum) (call $sum (ref.as_non_null (local.get $kept)))))
)
