;; A component that imports what host_calls.wat exports, in an older version, and hands it on.
(component
  (import "acme:app/api@0.2.0" (instance $api
    (export "measure" (func (param "width" u32) (result u32)))))
  (export "twice" (func $api "measure")))
