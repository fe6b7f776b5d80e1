// Runs a batch of generated modules in the engine that runs this script, and writes what they did, one line a module.
//
//   node driver.mjs BATCH        reads BATCH.json and BATCH.wasm, writes BATCH.out
//
// The counterpart in wrt is outcome.cpp: both describe a module's doings in the same words, and their host functions
// compute the same.
import { readFileSync, writeFileSync } from "node:fs";

Error.stackTraceLimit = 4;

// V8's messages, and what both sides call them.
const failures = [
  [/^unreachable/, "unreachable"],
  [/^(divide|remainder) by zero/, "zero"],
  [/unrepresentable/, "unrepresentable"],
  [/^memory access out of bounds|^data segment out of bounds|data offset out of bounds/, "memory"],
  [/^table index is out of bounds|^table (access )?out of bounds|^element segment/, "table"],
  [/function signature mismatch/, "signature"],
  [/^dereferencing a null pointer|null/, "null"],
  [/^illegal cast/, "cast"],
  [/^array element access out of bounds|^requested new array|^array/, "array"],
];

// A trap, which unlike other errors no handler of a guest catches; told apart by being remembered.
const trap = new WebAssembly.Instance(
  new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 116, 0, 0, 10, 5, 1, 3, 0, 0, 11])),
).exports.t;
const hostFailures = new WeakSet();
function hostFailure() {
  try {
    trap();
  } catch (failure) {
    hostFailures.add(failure);
    return failure;
  }
}

const scratch = new DataView(new ArrayBuffer(8));
const hex = (bits) => BigInt.asUintN(64, bits).toString(16).padStart(16, "0");
const hex32 = (word) => (word >>> 0).toString(16).padStart(8, "0");

function f32Bits(number) {
  if (Number.isNaN(number)) return 0x7fc00000n;
  scratch.setFloat32(0, number);
  return BigInt(scratch.getUint32(0));
}

function f64Bits(number) {
  if (Number.isNaN(number)) return 0x7ff8000000000000n;
  scratch.setFloat64(0, number);
  return scratch.getBigUint64(0);
}

// What a host function sees of a value: one NaN, and of references whether they are null.
function seen(type, value) {
  switch (type) {
    case "i32": return BigInt(value >>> 0);
    case "i64": return BigInt.asUintN(64, value);
    case "f32": return f32Bits(value);
    case "f64": return f64Bits(value);
    default: return value === null ? 0n : 1n;
  }
}

// The value that has these bits; of a reference, null.
function valueOf(type, bits) {
  switch (type) {
    case "i32": return Number(BigInt.asIntN(32, bits));
    case "i64": return BigInt.asIntN(64, bits);
    case "f32": scratch.setUint32(0, Number(BigInt.asUintN(32, bits))); return scratch.getFloat32(0);
    case "f64": scratch.setBigUint64(0, BigInt.asUintN(64, bits)); return scratch.getFloat64(0);
    default: return null;
  }
}

const objects = new Set(["anyref", "object", "packed", "numbers", "list", "i31"]);
const isNumber = (type) => type === "i32" || type === "i64" || type === "f32" || type === "f64";

// Types that JavaScript cannot see or make.
const stays = (type) => type === "v128" || type === "exn" || objects.has(type);

class Run {
  constructor(module, binary) {
    this.module = module;
    this.state = 1;
    this.depth = 0;
    const host = {};
    for (let i = 0; i < module.imports; ++i) host[i] = (...args) => this.host(i, args);
    this.exports = new WebAssembly.Instance(new WebAssembly.Module(binary), { h: host }).exports;
    this.indices = new Map();
    // The lowest index that a function has, as wrt's side looks for it.
    for (let i = module.functions.length; i-- > 0; ) this.indices.set(this.exports[`f${i}`], i);
  }

  record() {
    const lines = this.module.calls.map((call) => this.call(call));
    for (let i = 0; i < this.module.tables; ++i) {
      const table = this.exports[`t${i}`];
      let line = "table";
      const wide = typeof table.length === "bigint";
      for (let at = 0; at < Number(table.length); ++at) line += this.text("funcref", table.get(wide ? BigInt(at) : at));
      lines.push(line);
    }
    lines.push(`hosts ${hex32(this.state)}`);
    return lines.join("|");
  }

  text(type, value) {
    if (isNumber(type)) return ` ${hex(seen(type, value))}`;
    if (value === null) return " null";
    if (type === "externref") return " extern";
    if (objects.has(type)) return " object";
    return ` f${this.indices.get(value)}`;
  }

  call({ function: index, rounds, args }) {
    const type = this.module.functions[index];
    this.exports.g0.value = rounds;
    let line = `f${index}`;
    try {
      const result = this.exports[`f${index}`](...args.map((bits, i) => valueOf(type.params[i], BigInt(bits))));
      const results = type.results.length === 1 ? [result] : (result ?? []);
      results.forEach((value, i) => (line += this.text(type.results[i], value)));
    } catch (failure) {
      line += ` ${this.nameOf(failure)}`;
    }
    line += " globals";
    this.module.globals.forEach((global, i) => {
      // JavaScript cannot see vectors.
      if (global !== "v128") line += this.text(global, this.exports[`g${i}`].value);
    });
    for (let i = 0; i < this.module.memories; ++i) line += this.memory(this.exports[`m${i}`]);
    return line;
  }

  nameOf(failure) {
    if (hostFailures.has(failure)) return "host";
    if (failure instanceof WebAssembly.Exception) return `exception${this.exception(failure)}`;
    if (failure instanceof RangeError && /call stack/.test(failure.message)) return "stack";
    const known = failures.find(([message]) => message.test(failure.message));
    return known ? known[1] : `${failure.constructor.name}: ${failure.message}`;
  }

  exception(thrown) {
    const index = this.module.tags.findIndex((_, i) => thrown.is(this.exports[`e${i}`]));
    let text = ` e${index}`;
    this.module.tags[index].forEach((type, i) => {
      if (type !== "v128") text += this.text(type, thrown.getArg(this.exports[`e${index}`], i));
    });
    return text;
  }

  memory(memory) {
    const words = new Uint32Array(memory.buffer);
    let hash = 0;
    for (let i = 0; i < words.length; ++i) {
      hash = Math.imul(hash ^ words[i], 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return ` memory ${memory.buffer.byteLength} ${hex32(hash)}`;
  }

  mix(value) {
    const low = Number(BigInt.asUintN(32, value));
    const high = Number(BigInt.asUintN(32, value >> 32n));
    this.state = Math.imul(this.state ^ low, 0x9e3779b1);
    this.state = Math.imul(this.state ^ high, 0x85ebca6b);
    this.state ^= this.state >>> 13;
    return this.state >>> 0;
  }

  made(type, i) {
    switch (type) {
      case "i32": case "f32": return valueOf(type, BigInt(this.mix(BigInt(i))));
      case "i64": case "f64": {
        const high = BigInt(this.mix(BigInt(i)));
        return valueOf(type, (high << 32n) | BigInt(this.mix(BigInt(i))));
      }
      case "externref": return this.mix(BigInt(i)) & 1 ? "seven" : null;
      default: return null;
    }
  }

  // Mixes its arguments into the state and makes results of it; on the way it may write memory, grow it, call back, or
  // fail.
  host(index, args) {
    const type = this.module.functions[index];
    args.forEach((value, i) => this.mix(seen(type.params[i], value)));
    const dice = this.mix(BigInt(index));
    const memory = this.exports.memory;
    switch (dice % 16) {
      case 0: throw hostFailure();
      case 1:
        new Uint8Array(memory.buffer)[((dice >>> 8) & 0xfff) + (dice & 7)] = dice >>> 20;
        break;
      case 2: this.mix(this.grow(memory, (dice >>> 8) & 1)); break;
      case 3: case 4: case 5: this.callBack(dice); break;
      case 6: this.throwSomething(dice >>> 8); break;
    }
    const results = type.results.map((result, i) => this.made(result, i));
    return results.length === 1 ? results[0] : results;
  }

  grow(memory, pages) {
    try {
      return BigInt(memory.grow(pages));
    } catch (problem) {
      if (problem instanceof TypeError) {
        try {
          return memory.grow(BigInt(pages));
        } catch {
          return 0xffffffffffffffffn;
        }
      }
      return 0xffffffffffffffffn;
    }
  }

  throwSomething(which) {
    if (this.module.tags.length === 0) return;
    const index = which % this.module.tags.length;
    const types = this.module.tags[index];
    if (types.some(stays)) return;
    const values = types.map((type, i) => (isNumber(type) ? this.made(type, i) : null));
    throw new WebAssembly.Exception(this.exports[`e${index}`], values);
  }

  callBack(dice) {
    const own = this.module.functions.length - this.module.imports;
    const callee = this.module.imports + ((dice >>> 8) % own);
    const { params, results } = this.module.functions[callee];
    if (this.depth === 3 || [...params, ...results].some(stays)) return;
    ++this.depth;
    const args = params.map((type, i) => (isNumber(type) ? this.made(type, i) : null));
    let failed = false;
    try {
      this.exports[`f${callee}`](...args);
    } catch (failure) {
      failed = true;
      // Some let the failure through, some live with it.
      if ((dice >>> 16) & 1) throw failure;
    } finally {
      --this.depth;
    }
    this.mix(failed ? 2n : 1n);
  }
}

const [batch] = process.argv.slice(2);
const modules = JSON.parse(readFileSync(`${batch}.json`, "utf8"));
const binaries = readFileSync(`${batch}.wasm`);
let lines = "";
for (const module of modules) {
  let line;
  try {
    line = new Run(module, binaries.subarray(module.offset, module.offset + module.size)).record();
  } catch (problem) {
    line = `refused: ${problem.message.replaceAll("\n", " ")}`;
  }
  lines += `${module.seed} ${line}\n`;
}
writeFileSync(`${batch}.out`, lines);
