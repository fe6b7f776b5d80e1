;; A long list and a wide array of lists: nothing of it may need a stack.
(module
  (type $cell (struct (field (ref null $cell)) (field i32)))
  (type $lists (array (mut (ref null $cell))))
  (func $list (param $n i32) (result (ref null $cell))
    (local $list (ref null $cell))
    (loop $more
      (local.set $list (struct.new $cell (local.get $list) (local.get $n)))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $list))
  (func $length (param $list (ref null $cell)) (result i32)
    (local $n i32)
    (block $end
      (loop $more
        (br_on_null $end (local.get $list))
        (local.set $list (struct.get $cell 0))
        (local.set $n (i32.add (local.get $n) (i32.const 1)))
        (br $more)))
    (local.get $n))
  (global $kept (mut anyref) (ref.null any))
  (func (export "keep") (param $n i32) (global.set $kept (call $list (local.get $n))))
  (func (export "kept") (result i32)
    (call $length (ref.cast (ref null $cell) (global.get $kept))))
  (func (export "drop") (global.set $kept (ref.null any)))
  (func (export "spread") (param $n i32) (param $each i32)
    (local $lists (ref $lists))
    (local.set $lists (array.new_default $lists (local.get $n)))
    (global.set $kept (local.get $lists))
    (loop $more
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (array.set $lists (local.get $lists) (local.get $n) (call $list (local.get $each)))
      (br_if $more (local.get $n))))
  (func (export "spread_length") (result i32)
    (local $lists (ref $lists)) (local $i i32) (local $sum i32)
    (local.set $lists (ref.cast (ref $lists) (global.get $kept)))
    (loop $more
      (local.set $sum
        (i32.add (local.get $sum)
          (call $length (array.get $lists (local.get $lists) (local.get $i)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $i) (array.len (local.get $lists)))))
    (local.get $sum))
  ;; Makes cells until the heap is full.
  (func (export "fill")
    (local $list (ref null $cell))
    (loop $more
      (local.set $list (struct.new $cell (local.get $list) (i32.const 0)))
      (br $more)))
)
