// Tests of the conversion that need neither the suite nor the text parser: node --test.
import assert from "node:assert/strict";
import { test } from "node:test";
import { floatBits, integerBits } from "./literals.mjs";
import { Script } from "./script.mjs";
import { parse, plain, unescape } from "./sexpr.mjs";

const f64 = (text) => floatBits(text, "f64");
const f32 = (text) => floatBits(text, "f32");
const bitsOfNumber = (number) => new DataView(new Float64Array([number]).buffer).getBigUint64(0, true);

test("an f64 is rounded as the language itself rounds it", () => {
  for (const text of ["0", "1", "0.1", "1e23", "9007199254740993", "5e-324", "2.4e-324", "2.5e-324", "1.7976931348623157e308",
    "1.7976931348623158e308", "1.7976931348623159e308", "2.2250738585072011e-308", "4.9406564584124654e-324", "123456789.125"]) {
    assert.equal(f64(text), bitsOfNumber(Number(text)), text);
  }
});

test("an f32 is rounded once, where rounding to f64 first gives another number", () => {
  // Just above the middle of two f32; as f64 it is the middle, which would go to the even one below.
  assert.equal(f32("0x1.00000100000000001p0"), 0x3f800001n);
  assert.equal(f32("1.00000017881393432617187499"), 0x3f800001n);
});

test("rounding up carries into the exponent, from subnormal to normal and from largest to infinity", () => {
  assert.equal(f64("0x1.fffffffffffffp-1023"), 0x0010000000000000n);
  assert.equal(f32("0x1.ffffffp127"), 0x7f800000n);
});

test("signs, infinities and NaNs have their bits", () => {
  assert.equal(f32("-0"), 0x80000000n);
  assert.equal(f32("-inf"), 0xff800000n);
  assert.equal(f64("nan"), 0x7ff8000000000000n);
  assert.equal(f32("-nan:0x200000"), 0xffa00000n);
});

test("integers wrap to their width", () => {
  assert.equal(integerBits("-1", 32), 0xffffffffn);
  assert.equal(integerBits("-0x8000_0000", 32), 0x80000000n);
  assert.equal(integerBits("+18446744073709551615", 64), 0xffffffffffffffffn);
});

test("strings give their bytes", () => {
  assert.deepEqual([...unescape(String.raw`"a\00\n\u{3b1}\ff"`)], [0x61, 0, 10, 0xce, 0xb1, 0xff]);
});

test("comments nest and end where they end", () => {
  const nodes = parse("(a (; (; x ;) ) ;) b) ;; (c\n(d)");
  assert.deepEqual(nodes.map((node) => node.items.map((item) => item.text)), [["a", "b"], ["d"]]);
});

test("text for the parser has no comments and no byte above 0x7f", () => {
  assert.equal(plain('(a "\xe2\x80\xae" ;; \xff\n)'), '(a "\\e2\\80\\ae"     \n)');
});

const commandsOf = (source) => {
  const modules = [];
  const commands = new Script(source, (text) => Buffer.from(text), (extension, bytes) => {
    modules.push(bytes.toString("latin1"));
    return `m.${modules.length - 1}.${extension}`;
  }).commands();
  return { commands, modules };
};

test("a module keeps its text without the word definition and without annotations before it", () => {
  const { commands, modules } = commandsOf('(module definition $M (func))\n((@a) module)\n(module binary "\\00asm")');
  assert.deepEqual(commands.map((c) => [c.type, c.line, c.name]), [["module_definition", 1, "$M"], ["module", 2, undefined], ["module", 3, undefined]]);
  assert.deepEqual(modules, ["(module $M (func))", "(module)", "\0asm"]);
});

test("quoted text is assembled where it is a module and kept where it is malformed", () => {
  const { commands } = commandsOf('(module quote "(func)")\n(assert_malformed (module quote "(fnuc)") "unknown")');
  assert.deepEqual(commands.map((c) => [c.filename, c.module_type]), [["m.0.wasm", "binary"], ["m.1.wat", "text"]]);
});

test("a trap while instantiating is told from a trap in a call", () => {
  const { commands } = commandsOf('(assert_trap (module) "x")(assert_trap (invoke "f" (i32.const -1)) "y")');
  assert.deepEqual(commands.map((c) => c.type), ["assert_uninstantiable", "assert_trap"]);
  assert.deepEqual(commands[1].action, { type: "invoke", field: "f", args: [{ type: "i32", value: "4294967295" }] });
});

test("names keep every character, U+FEFF and NUL included", () => {
  const { commands } = commandsOf('(invoke "\\ef\\bb\\bf")(invoke "a\\00b")');
  assert.deepEqual(commands.map((c) => c.action.field), ["\ufeff", "a\0b"]);
});

test("results say what may come", () => {
  const { commands } = commandsOf(
    '(assert_return (invoke $M "f") (either (f32.const nan:canonical) (f32.const 0)) (v128.const i8x16 -1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0) ' +
      "(ref.null) (ref.null none) (ref.null func) (ref.extern 7) (ref.struct))",
  );
  assert.deepEqual(commands[0].expected, [
    { type: "either", values: [{ type: "f32", value: "nan:canonical" }, { type: "f32", value: "0" }] },
    { type: "v128", lane_type: "i8", value: ["255", ...Array(15).fill("0")] },
    { type: "refnull" },
    { type: "nullref", value: "null" },
    { type: "funcref", value: "null" },
    { type: "externref", value: "7" },
    { type: "structref" },
  ]);
  assert.equal(commands[0].action.module, "$M");
});

test("a file without (module) around its fields is one module", () => {
  const { commands, modules } = commandsOf('(func) (memory 0)\n(func (export "f"))');
  assert.deepEqual(commands.map((c) => c.type), ["module"]);
  assert.equal(modules[0], '(func) (memory 0)\n(func (export "f"))');
});

test("a folded try of before 3.0 becomes a flat one", () => {
  const { modules } = commandsOf("(module (tag $e) (func (try $t (do (throw $e)) (catch $e (nop)) (catch_all)) (try (do) (delegate 0))))");
  assert.equal(modules[0].replace(/\s+/g, " "), "(module (tag $e) (func try $t (throw $e) catch $e (nop) catch_all end try delegate 0 ))");
});
