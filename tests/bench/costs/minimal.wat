;; Ten imports and nothing else: instantiating it is linking.
(module
  (import "env" "f0" (func (param i32 i32) (result i32)))
  (import "env" "f1" (func (param i32 i32) (result i32)))
  (import "env" "f2" (func (param i32 i32) (result i32)))
  (import "env" "f3" (func (param i32 i32) (result i32)))
  (import "env" "f4" (func (param i32 i32) (result i32)))
  (import "env" "f5" (func (param i32 i32) (result i32)))
  (import "env" "f6" (func (param i32 i32) (result i32)))
  (import "env" "f7" (func (param i32 i32) (result i32)))
  (import "env" "f8" (func (param i32 i32) (result i32)))
  (import "env" "f9" (func (param i32 i32) (result i32)))
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))
