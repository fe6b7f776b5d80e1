;; Sockets without end: fill() makes them until it is refused, and returns how many it has.
(component
  (import "wasi:sockets/network@0.2.0" (instance $network
    (type $code (enum "unknown" "access-denied" "not-supported" "invalid-argument" "out-of-memory" "timeout"
      "concurrency-conflict" "not-in-progress" "would-block" "invalid-state" "new-socket-limit" "address-not-bindable"
      "address-in-use" "remote-unreachable" "connection-refused" "connection-reset" "connection-aborted"
      "datagram-too-large" "name-unresolvable" "temporary-resolver-failure" "permanent-resolver-failure"))
    (export "error-code" (type (eq $code)))
    (type $family (enum "ipv4" "ipv6"))
    (export "ip-address-family" (type (eq $family)))))
  (alias export $network "error-code" (type $code))
  (alias export $network "ip-address-family" (type $family))
  (import "wasi:sockets/tcp@0.2.0" (instance $tcp (export "tcp-socket" (type (sub resource)))))
  (alias export $tcp "tcp-socket" (type $socket))
  (import "wasi:sockets/tcp-create-socket@0.2.0" (instance $create
    (alias outer 1 $code (type $c)) (export "error-code" (type $c2 (eq $c)))
    (alias outer 1 $family (type $f)) (export "ip-address-family" (type $f2 (eq $f)))
    (alias outer 1 $socket (type $s)) (export "tcp-socket" (type $s2 (eq $s)))
    (export "create-tcp-socket" (func (param "address-family" $f2) (result (result (own $s2) (error $c2)))))))
  (core module $memory (memory (export "memory") 1))
  (core instance $memory (instantiate $memory))
  (core func $create (canon lower (func $create "create-tcp-socket") (memory $memory "memory")))
  (core module $main
    (import "host" "memory" (memory 1))
    (import "host" "create" (func $create (param i32 i32)))
    (func (export "fill") (result i32) (local $count i32)
      (loop $next
        (call $create (i32.const 0) (i32.const 16))
        (if (i32.eqz (i32.load8_u (i32.const 16)))
          (then (local.set $count (i32.add (local.get $count) (i32.const 1))) (br $next))))
      (local.get $count))
    (func (export "code") (result i32) (i32.load8_u (i32.const 20))))
  (core instance $main (instantiate $main (with "host" (instance
    (export "memory" (memory $memory "memory")) (export "create" (func $create))))))
  (func (export "fill") (result u32) (canon lift (core func $main "fill")))
  (func (export "code") (result u32) (canon lift (core func $main "code"))))
