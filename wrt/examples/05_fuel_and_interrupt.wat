(module (func $forever (export "forever") (loop $again (br $again))))
