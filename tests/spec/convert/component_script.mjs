// The commands of one .wast script of the Component Model, as data:
//
//   {"type": "component", "line": 7, "name": "$C", "filename": "f.0.wasm"}
//   {"type": "component_definition", ...}   {"type": "component_instance", "instance": "$i", "component": "$C"}
//   {"type": "assert_return", "line": 9, "action": {"field": "f", "args": [V]}, "expected": [V]}
//   {"type": "assert_trap" | "assert_invalid" | "assert_malformed" | "assert_uninstantiable" | "action", ...}
//
// A value is {"type": "u32", "value": "7"} and the like: integers in decimal, floats as unsigned decimal bits or NaN
// patterns, characters as code points; {"type": "list" | "tuple", "items": [V]}, {"type": "record", "fields": [{"name",
// "value": V}]}, {"type": "variant" | "enum", "case", "value": V?}, {"type": "flags", "labels": []},
// {"type": "option", "value": V?}, {"type": "result", "ok": true, "value": V?}.
// A component kept as text has "module_type": "text"; one that the text parser refused has "unconverted": why.
import { isAnnotation, itemsOf, parse, plain } from "./sexpr.mjs";
import { floatBits, integerBits } from "./literals.mjs";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const textOf = (node) => decoder.decode(node.bytes);

const integer = /^[us](8|16|32|64)\.const$/;
const isNanPattern = (text) => text === "nan:canonical" || text === "nan:arithmetic";

// The value that a list of nodes denotes; a field's value has no parentheses of its own.
function valueOf([head, ...rest]) {
  const kind = head.text;
  if (integer.test(kind)) {
    const width = Number(kind.match(/\d+/)[0]);
    const bits = integerBits(rest[0].text, width);
    return { type: kind.split(".")[0], value: (kind[0] === "s" ? BigInt.asIntN(width, bits) : bits).toString() };
  }
  switch (kind) {
    case "bool.const":
      return { type: "bool", value: rest[0].text };
    case "f32.const":
    case "f64.const": {
      const type = kind.slice(0, 3);
      return { type, value: isNanPattern(rest[0].text) ? rest[0].text : floatBits(rest[0].text, type).toString() };
    }
    case "char.const":
      return { type: "char", value: textOf(rest[0]).codePointAt(0).toString() };
    case "str.const":
      return { type: "string", value: textOf(rest[0]) };
    case "list.const":
    case "tuple.const":
      return { type: kind.split(".")[0], items: rest.map(value) };
    case "record.const":
      return {
        type: "record",
        fields: rest.map((field) => {
          const [, name, ...items] = itemsOf(field);
          return { name: textOf(name), value: items[0].items ? value(items[0]) : valueOf(items) };
        }),
      };
    case "variant.const":
      return { type: "variant", case: textOf(rest[0]), ...(rest[1] ? { value: value(rest[1]) } : {}) };
    case "enum.const":
      return { type: "enum", case: textOf(rest[0]) };
    case "flags.const":
      return { type: "flags", labels: rest.map(textOf) };
    case "option.none":
      return { type: "option" };
    case "option.some":
      return { type: "option", value: value(rest[0]) };
    case "result.ok":
    case "result.err":
      return { type: "result", ok: kind === "result.ok", ...(rest[0] ? { value: value(rest[0]) } : {}) };
    default:
      throw new Error(`no value: (${kind} ...)`);
  }
}
export const value = (node) => valueOf(itemsOf(node));

function action(node) {
  const [head, ...rest] = itemsOf(node);
  if (head.text !== "invoke") throw new Error(`no action: (${head.text} ...)`);
  const instance = rest[0].text === undefined ? undefined : rest.shift().text;
  const [field, ...args] = rest;
  return { ...(instance ? { instance } : {}), field: textOf(field), args: args.map(value) };
}

// As Script, for components.
export class ComponentScript {
  constructor(source, assemble, emit) {
    this.source = source;
    this.assemble = assemble;
    this.emit = emit;
  }

  commands() {
    return parse(this.source)
      .filter((form) => !isAnnotation(form))
      .map((form) => ({ line: this.source.slice(0, form.start).split("\n").length, ...this.#command(form) }));
  }

  #command(form) {
    const [head, ...rest] = itemsOf(form);
    switch (head.text) {
      case "component": {
        if (rest[0]?.text === "instance") {
          const [instance, component] = rest.slice(1).map((item) => item.text);
          return { type: "component_instance", instance, ...(component ? { component } : {}) };
        }
        const { definition, name, stored } = this.#component(form, false);
        return { type: definition ? "component_definition" : "component", ...(name ? { name } : {}), ...stored };
      }
      case "invoke":
        return { type: "action", action: action(form) };
      case "assert_return":
        return { type: "assert_return", action: action(rest[0]), expected: rest.slice(1).map(value) };
      case "assert_trap": {
        const text = textOf(rest[1]);
        if (itemsOf(rest[0])[0].text === "invoke") return { type: "assert_trap", action: action(rest[0]), text };
        return { type: "assert_uninstantiable", ...this.#component(rest[0], false).stored, text };
      }
      case "assert_malformed":
      case "assert_invalid":
        return { type: head.text, ...this.#component(rest[0], head.text === "assert_malformed").stored, text: textOf(rest[1]) };
      default:
        throw new Error(`no command: (${head.text} ...)`);
    }
  }

  // (component definition? $name? (binary|quote)? ...), stored.
  #component(form, keepQuoted) {
    const items = itemsOf(form);
    let next = 1;
    const definition = items[next]?.text === "definition";
    if (definition) next++;
    const name = items[next]?.text?.startsWith("$") ? items[next++].text : undefined;
    const kind = items[next]?.text;
    if (kind === "binary" || kind === "quote") {
      const bytes = Buffer.concat(items.slice(next + 1).map((item) => item.bytes));
      if (kind === "binary") return { definition, name, stored: { filename: this.emit("wasm", bytes), module_type: "binary" } };
      if (keepQuoted) return { definition, name, stored: { filename: this.emit("wat", bytes), module_type: "text" } };
      return { definition, name, stored: this.#stored(`(component ${plain(bytes.toString("latin1"))})`) };
    }
    const from = definition ? items[1].end : items[0].end;
    return { definition, name, stored: this.#stored(`(component${plain(this.source.slice(from, form.end))}`) };
  }

  #stored(text) {
    try {
      return { filename: this.emit("wasm", this.assemble(text)), module_type: "binary" };
    } catch (problem) {
      return {
        filename: this.emit("wat", Buffer.from(text, "latin1")),
        module_type: "text",
        unconverted: String(problem.message ?? problem).split("\n")[0],
      };
    }
  }
}
