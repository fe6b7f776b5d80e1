;; What strangers.wat imports.
(module
  (type $box (struct (field i64)))
  (global $n (mut i64) (i64.const 0))
  (func (export "make") (result externref)
    (global.set $n (i64.add (global.get $n) (i64.const 1)))
    (extern.convert_any (struct.new $box (global.get $n))))
  (func (export "look") (param externref) (result i64)
    (struct.get $box 0 (ref.cast (ref $box) (any.convert_extern (local.get 0)))))
  (func (export "churn")
    (local $n i32)
    (local.set $n (i32.const 50))
    (loop $more
      (drop (struct.new $box (i64.const -1)))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
)
