;; Objects of the heap: search trees of structures that grow and are dropped, arrays of references that are filled and
;; summed, casts on the way. No compiler at hand writes this, so it is text; the rest is what a C library would do.
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 1024) "gc ")

  (rec
    (type $thing (sub (struct (field $key i32))))
    (type $node (sub $thing (struct (field $key i32) (field $left (mut (ref null $node))) (field $right (mut (ref null $node)))
      (field $payload (mut (ref null $thing))))))
    (type $leaf (sub final $thing (struct (field $key i32) (field $value i64)))))
  (type $row (array (mut (ref null $thing))))

  (global $state (mut i32) (i32.const 12345))

  (func $next (result i32)
    (global.set $state (i32.add (i32.mul (global.get $state) (i32.const 1664525)) (i32.const 1013904223)))
    (i32.shr_u (global.get $state) (i32.const 12)))

  ;; Puts a key where it belongs below `root`.
  (func $insert (param $root (ref $node)) (param $key i32)
    (local $at (ref $node))
    (local.set $at (local.get $root))
    (block $done
      (loop $down
        (if (i32.lt_u (local.get $key) (struct.get $node $key (local.get $at)))
          (then
            (local.set $at
              (block $go (result (ref $node))
                (br_on_non_null $go (struct.get $node $left (local.get $at)))
                (struct.set $node $left (local.get $at)
                  (struct.new $node (local.get $key) (ref.null $node) (ref.null $node) (ref.null $thing)))
                (br $done))))
          (else
            (local.set $at
              (block $go (result (ref $node))
                (br_on_non_null $go (struct.get $node $right (local.get $at)))
                (struct.set $node $right (local.get $at)
                  (struct.new $node (local.get $key) (ref.null $node) (ref.null $node)
                    (struct.new $leaf (local.get $key) (i64.const 7))))
                (br $done)))))
        (br $down))))

  (func $sum (param $at (ref null $node)) (result i32)
    (if (ref.is_null (local.get $at)) (then (return (i32.const 1))))
    (i32.add
      (i32.mul (i32.const 31) (call $sum (struct.get $node $left (local.get $at))))
      (i32.add (struct.get $node $key (local.get $at)) (call $sum (struct.get $node $right (local.get $at))))))

  ;; An array of leaves and nodes in turn, told apart again.
  (func $rows (param $count i32) (result i32)
    (local $row (ref $row)) (local $i i32) (local $sum i32)
    (local.set $row (array.new_default $row (local.get $count)))
    (loop $fill
      (array.set $row (local.get $row) (local.get $i)
        (if (result (ref $thing)) (i32.and (local.get $i) (i32.const 1))
          (then (struct.new $leaf (local.get $i) (i64.extend_i32_u (local.get $i))))
          (else (struct.new $node (local.get $i) (ref.null $node) (ref.null $node) (ref.null $thing)))))
      (br_if $fill (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $count))))
    (loop $drain
      (local.set $i (i32.sub (local.get $i) (i32.const 1)))
      (local.set $sum (i32.add (local.get $sum)
        (if (result i32) (ref.test (ref $leaf) (array.get $row (local.get $row) (local.get $i)))
          (then (i32.wrap_i64 (struct.get $leaf $value (ref.cast (ref $leaf) (array.get $row (local.get $row) (local.get $i))))))
          (else (struct.get $thing $key (array.get $row (local.get $row) (local.get $i)))))))
      (br_if $drain (local.get $i)))
    (local.get $sum))

  (func $round (result i32)
    (local $root (ref $node)) (local $i i32)
    (local.set $root (struct.new $node (i32.const 524288) (ref.null $node) (ref.null $node) (ref.null $thing)))
    (loop $more
      (call $insert (local.get $root) (call $next))
      (br_if $more (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 200))))
    (i32.add (call $sum (local.get $root)) (call $rows (i32.const 200))))

  ;; The number in the second argument, or 1.
  (func $iterations (result i32)
    (local $at i32) (local $value i32)
    (drop (call $args_sizes_get (i32.const 0) (i32.const 4)))
    (if (i32.lt_u (i32.load (i32.const 0)) (i32.const 2)) (then (return (i32.const 1))))
    (drop (call $args_get (i32.const 16) (i32.const 256)))
    (local.set $at (i32.load (i32.const 20)))
    (loop $digit
      (if (i32.load8_u (local.get $at))
        (then
          (local.set $value (i32.add (i32.mul (local.get $value) (i32.const 10))
            (i32.sub (i32.load8_u (local.get $at)) (i32.const 48))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br $digit))))
    (local.get $value))

  (func $print (param $value i32)
    (local $at i32)
    (local.set $at (i32.const 1063))
    (i32.store8 (local.get $at) (i32.const 10))
    (loop $digit
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (i32.store8 (local.get $at) (i32.add (i32.const 48) (i32.rem_u (local.get $value) (i32.const 10))))
      (br_if $digit (local.tee $value (i32.div_u (local.get $value) (i32.const 10)))))
    (i32.store (i32.const 0) (i32.const 1024))
    (i32.store (i32.const 4) (i32.const 3))
    (i32.store (i32.const 8) (local.get $at))
    (i32.store (i32.const 12) (i32.sub (i32.const 1064) (local.get $at)))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 2) (i32.const 16))))

  (func (export "_start")
    (local $left i32) (local $result i32)
    (local.set $left (call $iterations))
    (loop $again
      (if (local.get $left)
        (then
          (local.set $result (i32.add (i32.mul (local.get $result) (i32.const 31)) (call $round)))
          (local.set $left (i32.sub (local.get $left) (i32.const 1)))
          (br $again))))
    (call $print (local.get $result))))
