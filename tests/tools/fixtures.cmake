# Writes to DIRECTORY the fixtures that no assembler makes: broken binaries, a component, scripts.
# CMake cannot write a NUL byte to a file, so bytes go through printf.
function(write_bytes name)
  list(TRANSFORM ARGN REPLACE "^0x(..)$" "\\\\x\\1" OUTPUT_VARIABLE escaped)
  list(JOIN escaped "" format)
  execute_process(COMMAND printf "${format}" OUTPUT_FILE ${DIRECTORY}/${name} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

set(preamble 0x00 0x61 0x73 0x6d 0x01 0x00 0x00 0x00)
# A type section whose size needs more than 32 bits.
write_bytes(malformed.wasm ${preamble} 0x01 0xff 0xff 0xff 0xff 0xff 0xff)
# (func (result i32) i64.const 0)
write_bytes(invalid.wasm ${preamble} 0x01 0x05 0x01 0x60 0x00 0x01 0x7f 0x03 0x02 0x01 0x00
  0x0a 0x06 0x01 0x04 0x00 0x42 0x00 0x0b)
write_bytes(component.wasm 0x00 0x61 0x73 0x6d 0x0d 0x00 0x01 0x00)
file(WRITE ${DIRECTORY}/text.wat "(module\n  (func $twice (export \"twice\") (param $x i32) (result i32)\n    (i32.mul (local.get $x) (i32.const 2))))\n")
file(WRITE ${DIRECTORY}/wrong.wat "(module\n  (func i32.ad))\n")
file(WRITE ${DIRECTORY}/other.txt "no module\n")
file(WRITE ${DIRECTORY}/script.wast "(module (func (export \"seven\") (result i32) (i32.const 7)))
(assert_return (invoke \"seven\") (i32.const 7))
(assert_malformed (module quote \"(func\") \"unexpected token\")\n")
set(adder "(component ;; text\n  (core module $m (func (export \"add\") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1))))
  (core instance $i (instantiate $m))
  (func (export \"add\") (param \"a\" u32) (param \"b\" u32) (result u32) (canon lift (core func $i \"add\"))))\n")
file(WRITE ${DIRECTORY}/adder.wat "(; a component ;) ${adder}")
file(WRITE ${DIRECTORY}/wrong_component.wat "(component\n  (type (list $t)))\n")
file(WRITE ${DIRECTORY}/component_script.wast "${adder}
(assert_return (invoke \"add\" (u32.const 20) (u32.const 22)) (u32.const 42))
(component definition $C (type (record (field \"x\" (list string)))))
(component instance $c $C)
(assert_malformed (component quote \"(type\") \"unexpected token\")
(assert_invalid (component (type (list 0))) \"unknown type\")\n")
file(WRITE ${DIRECTORY}/wrong_components.wast "${adder}
(assert_return (invoke \"add\" (u32.const 20) (u32.const 22)) (u32.const 43))\n")
file(WRITE ${DIRECTORY}/no_script.wast "(module) (assert_fun)\n")

# Scripts lie beside the modules they name.
foreach(kind good bad)
  set(sum 42)
  if(kind STREQUAL "bad")
    set(sum 43)
  endif()
  file(WRITE ${DIRECTORY}/script_${kind}.json "{\"source_filename\": \"script_${kind}.wast\", \"commands\": [
  {\"type\": \"module\", \"line\": 1, \"filename\": \"calc.wasm\"},
  {\"type\": \"assert_return\", \"line\": 2, \"action\": {\"type\": \"invoke\", \"field\": \"add\", \"args\": [
    {\"type\": \"i32\", \"value\": \"20\"}, {\"type\": \"i32\", \"value\": \"22\"}]},
   \"expected\": [{\"type\": \"i32\", \"value\": \"${sum}\"}]}]}\n")
endforeach()
