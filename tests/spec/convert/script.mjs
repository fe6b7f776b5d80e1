// The commands of one .wast script, as data. The form is that of wabt's wast2json where that has one:
//
//   {"type": "module", "line": 7, "name": "$M", "filename": "f.0.wasm"}
//   {"type": "assert_return", "line": 9, "action": {"type": "invoke", "module": "$M", "field": "f", "args": [V]}, "expected": [V]}
//
// and beyond it: module_definition and module_instance (`instance`, `module`); values {"type": "either", "values": [V]},
// a reference that may be any of its kind ({"type": "structref"}, without "value") and {"type": "refnull"}, any null.
// A module kept as text has "module_type": "text"; one that the text parser refused has "unconverted": why.
// See value() for how values are written.
import { unfoldTries } from "./legacy_try.mjs";
import { isAnnotation, itemsOf, parse, plain } from "./sexpr.mjs";
import { floatBits, integerBits } from "./literals.mjs";

// A name may begin with U+FEFF, which is no byte order mark there.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const nameOf = (node) => decoder.decode(node.bytes);

const laneWidths = { i8x16: 8, i16x8: 16, i32x4: 32, i64x2: 64 };

const isNanPattern = (text) => text === "nan:canonical" || text === "nan:arithmetic";
const floatText = (text, type) => (isNanPattern(text) ? text : floatBits(text, type).toString());

function vector(shape, lanes) {
  const lane_type = shape.split("x")[0];
  const one = shape.startsWith("f")
    ? (lane) => floatText(lane.text, lane_type)
    : (lane) => integerBits(lane.text, laneWidths[shape]).toString();
  return { type: "v128", lane_type, value: lanes.map(one) };
}

// Names of the reference types of which one may be asked for, or given a null of.
const abstractHeap = { none: "nullref", nofunc: "nullfuncref", noextern: "nullexternref", noexn: "nullexnref" };

// (i32.const 1), (ref.extern 2), (ref.null func), (ref.func), (either V V) ...: numbers and floats as unsigned decimal bits.
export function value(node) {
  const [head, ...rest] = itemsOf(node);
  switch (head.text) {
    case "i32.const":
      return { type: "i32", value: integerBits(rest[0].text, 32).toString() };
    case "i64.const":
      return { type: "i64", value: integerBits(rest[0].text, 64).toString() };
    case "f32.const":
      return { type: "f32", value: floatText(rest[0].text, "f32") };
    case "f64.const":
      return { type: "f64", value: floatText(rest[0].text, "f64") };
    case "v128.const":
      return vector(rest[0].text, rest.slice(1));
    case "either":
      return { type: "either", values: rest.map(value) };
    case "ref.null": {
      if (rest.length === 0) return { type: "refnull" };
      const heap = rest[0].text;
      return { type: abstractHeap[heap] ?? `${heap}ref`, value: "null" };
    }
    case "ref.extern":
      return { type: "externref", ...(rest.length ? { value: BigInt(rest[0].text).toString() } : {}) };
    case "ref.host":
      return { type: "anyref", value: BigInt(rest[0].text).toString() };
    default:
      if (!/^ref\.(func|array|struct|eq|i31|any|exn)$/.test(head.text) || rest.length) {
        throw new Error(`no value: (${head.text} ...)`);
      }
      return { type: `${head.text.slice(4)}ref` };
  }
}

function action(node) {
  const [head, ...rest] = itemsOf(node);
  if (head.text !== "invoke" && head.text !== "get") throw new Error(`no action: (${head.text} ...)`);
  const module = rest[0].text === undefined ? undefined : rest.shift().text;
  const [field, ...args] = rest;
  return {
    type: head.text,
    ...(module ? { module } : {}),
    field: nameOf(field),
    ...(head.text === "invoke" ? { args: args.map(value) } : {}),
  };
}

// Turns one script into commands. `assemble(text)` gives the bytes of a text module or throws; `emit(extension, bytes)`
// stores a module and gives the name to refer to it by.
export class Script {
  constructor(source, assemble, emit) {
    this.source = source;
    this.assemble = assemble;
    this.emit = emit;
    this.lineStarts = [0];
    for (let at = source.indexOf("\n"); at >= 0; at = source.indexOf("\n", at + 1)) this.lineStarts.push(at + 1);
  }

  line(node) {
    let low = 0;
    let high = this.lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.lineStarts[middle] <= node.start) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  // Every command of the file; a file that is one module without (module ...) around it gives that one.
  commands() {
    const forms = parse(this.source).filter((form) => !isAnnotation(form));
    if (forms.length && !this.#isCommand(forms[0])) {
      return [{ type: "module", line: 1, ...this.#stored(plain(this.source), false) }];
    }
    return forms.map((form) => this.#command(form));
  }

  #isCommand(form) {
    const head = form.items && itemsOf(form)[0]?.text;
    return head === "module" || head === "register" || head === "invoke" || head === "get" || !!head?.startsWith("assert_");
  }

  #command(form) {
    const [head, ...rest] = itemsOf(form);
    const line = this.line(form);
    switch (head.text) {
      case "module":
        return { line, ...this.#moduleCommand(form) };
      case "register":
        return { type: "register", line, ...(rest[1] ? { name: rest[1].text } : {}), as: nameOf(rest[0]) };
      case "invoke":
      case "get":
        return { type: "action", line, action: action(form) };
      case "assert_return":
        return { type: "assert_return", line, action: action(rest[0]), expected: rest.slice(1).map(value) };
      case "assert_exception":
        return { type: "assert_exception", line, action: action(rest[0]) };
      case "assert_exhaustion":
        return { type: "assert_exhaustion", line, action: action(rest[0]), text: nameOf(rest[1]) };
      case "assert_trap": {
        const text = nameOf(rest[1]);
        if (itemsOf(rest[0])[0].text !== "module") return { type: "assert_trap", line, action: action(rest[0]), text };
        return { type: "assert_uninstantiable", line, ...this.#moduleOf(rest[0]).stored, text };
      }
      case "assert_malformed":
      case "assert_malformed_custom":
      case "assert_invalid_custom": {
        // Text that is meant to be refused stays text: it may not even be UTF-8.
        const text = nameOf(rest[1]);
        return { type: head.text, line, ...this.#moduleOf(rest[0], true).stored, text };
      }
      case "assert_invalid":
      case "assert_unlinkable":
        return { type: head.text, line, ...this.#moduleOf(rest[0]).stored, text: nameOf(rest[1]) };
      default:
        throw new Error(`line ${line}: no command: (${head.text} ...)`);
    }
  }

  #moduleCommand(form) {
    const [, kind, ...rest] = itemsOf(form);
    if (kind?.text === "instance") {
      const names = rest.map((item) => item.text);
      const module = names.length > 1 ? names[1] : undefined;
      return { type: "module_instance", ...(names[0] ? { instance: names[0] } : {}), ...(module ? { module } : {}) };
    }
    const { definition, name, stored } = this.#moduleOf(form);
    return { type: definition ? "module_definition" : "module", ...(name ? { name } : {}), ...stored };
  }

  // (module definition? $name? (binary|quote)? ...), stored; annotations before the word `module` are dropped.
  #moduleOf(form, keepQuoted = false) {
    const items = itemsOf(form);
    let next = 1;
    const definition = items[next]?.text === "definition";
    if (definition) next++;
    const name = items[next]?.text?.startsWith("$") ? items[next++].text : undefined;
    const kind = items[next]?.text;
    if (kind === "binary" || kind === "quote") {
      const bytes = Buffer.concat(items.slice(next + 1).map((item) => item.bytes));
      if (kind === "binary") return { definition, name, stored: this.#binary(bytes) };
      if (keepQuoted) {
        return { definition, name, stored: { filename: this.emit("wat", bytes), module_type: "text" } };
      }
      return { definition, name, stored: this.#stored(plain(bytes.toString("latin1")), keepQuoted) };
    }
    const from = definition ? items[1].end : items[0].end;
    return { definition, name, stored: this.#stored(`(module${plain(this.source.slice(from, form.end))}`, keepQuoted) };
  }

  #binary(bytes) {
    return { filename: this.emit("wasm", bytes), module_type: "binary" };
  }

  #stored(text) {
    try {
      return this.#binary(this.assemble(unfoldTries(text)));
    } catch (problem) {
      return {
        filename: this.emit("wat", Buffer.from(text, "latin1")),
        module_type: "text",
        unconverted: String(problem.message ?? problem).split("\n")[0],
      };
    }
  }
}
