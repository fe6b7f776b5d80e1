#!/usr/bin/env python3
"""Lifting and lowering compared with the specification's executable model, on random types and values.

    compare.py --model DIR --tool PATH --assemble COMMAND [--types N] [--values N] [--seed N]

DIR holds definitions.py of the component-model repository (design/mvp/canonical-abi). COMMAND turns a text into a
component: it is called with the two paths. A value is stored in a memory by the model, in some cases bytes of it are
changed, the tool moves it to another memory with another encoding of strings; whether it trapped, and what the model
loads there, must be what the model makes of it. Exit code 77: there is no model.

100,000 values, ten thousand in half a minute:
    for seed in 11 12 13 14 15 16 17 18 19 20; do compare.py ... --types 1000 --values 10 --seed $seed; done
"""
import argparse
import math
import os
import random
import struct
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
parser.add_argument("--tool", required=True)
parser.add_argument("--assemble", required=True)
parser.add_argument("--types", type=int, default=300)
parser.add_argument("--values", type=int, default=10)
parser.add_argument("--seed", type=int, default=1)
options = parser.parse_args()
if not os.path.exists(os.path.join(options.model, "definitions.py")):
    print("*** THE CANONICAL ABI IS NOT COMPARED WITH ITS MODEL: no definitions.py in",
          options.model or "WRT_CANONICAL_ABI_DIR, which is not set", file=sys.stderr)
    sys.exit(77)
sys.path.insert(0, options.model)
import definitions as model  # noqa: E402

model.DETERMINISTIC_PROFILE = True
chance = random.Random(options.seed)
primitives = {"bool": model.BoolType, "s8": model.S8Type, "u8": model.U8Type, "s16": model.S16Type,
              "u16": model.U16Type, "s32": model.S32Type, "u32": model.U32Type, "s64": model.S64Type,
              "u64": model.U64Type, "f32": model.F32Type, "f64": model.F64Type, "char": model.CharType,
              "string": model.StringType}
encodings = ["utf8", "utf16", "latin1+utf16"]
texts = ["", "a", "plain ascii text", "caf\u00e9", "\u20ac", "\U0001f600", "latin\u00ff then \u0100", "\x00", "x" * 40,
         "\u00e9" * 9 + "\U00010000"]


class Types:
    """Types as text, each nominal one exported so that others may use it."""

    def __init__(self):
        self.lines = []
        self.count = 0

    def named(self, text):
        name = f"n{self.count}"
        self.count += 1
        self.lines.append(f"  (type ${name}-own {text})\n  (export ${name} \"{name}\" (type ${name}-own))")
        return f"${name}"

    def make(self, depth):
        """(text, type of the model)"""
        kinds = list(primitives) + (["record", "variant", "list", "list", "tuple", "flags", "enum", "option",
                                     "result"] * 2 if depth else [])
        kind = chance.choice(kinds)
        if kind in primitives:
            return kind, primitives[kind]()
        labels = [f"l{i}" for i in range(chance.choice([1, 2, 3, 5, 9]))]
        if kind == "record":
            parts = [self.make(depth - 1) for _ in labels]
            text = " ".join(f'(field "{label}" {part})' for label, (part, _) in zip(labels, parts))
            return (self.named(f"(record {text})"),
                    model.RecordType([model.FieldType(label, t) for label, (_, t) in zip(labels, parts)]))
        if kind == "variant":
            parts = [self.make(depth - 1) if chance.random() < 0.7 else None for _ in labels]
            text = " ".join(f'(case "{label}"{" " + part[0] if part else ""})' for label, part in zip(labels, parts))
            return (self.named(f"(variant {text})"),
                    model.VariantType([model.CaseType(label, part[1] if part else None)
                                       for label, part in zip(labels, parts)]))
        if kind == "flags":
            labels = [f"l{i}" for i in range(chance.choice([1, 7, 8, 9, 16, 17, 32]))]
            return self.named("(flags " + " ".join(f'"{label}"' for label in labels) + ")"), model.FlagsType(labels)
        if kind == "enum":
            labels = [f"l{i}" for i in range(chance.choice([1, 3, 256, 257]))]
            return self.named("(enum " + " ".join(f'"{label}"' for label in labels) + ")"), model.EnumType(labels)
        if kind == "tuple":
            parts = [self.make(depth - 1) for _ in labels]
            return "(tuple " + " ".join(part for part, _ in parts) + ")", model.TupleType([t for _, t in parts])
        if kind == "result":
            ok = self.make(depth - 1) if chance.random() < 0.7 else None
            error = self.make(depth - 1) if chance.random() < 0.7 else None
            text = "(result" + (f" {ok[0]}" if ok else "") + (f" (error {error[0]})" if error else "") + ")"
            return text, model.ResultType(ok[1] if ok else None, error[1] if error else None)
        text, inner = self.make(depth - 1)
        if kind == "list":
            return f"(list {text})", model.ListType(inner)
        return f"(option {text})", model.OptionType(inner)


def value_of(t):
    """A random value as the model holds it."""
    t = model.despecialize(t)
    if isinstance(t, model.BoolType):
        return chance.random() < 0.5
    for cls, bits, signed in ((model.U8Type, 8, 0), (model.U16Type, 16, 0), (model.U32Type, 32, 0),
                              (model.U64Type, 64, 0), (model.S8Type, 8, 1), (model.S16Type, 16, 1),
                              (model.S32Type, 32, 1), (model.S64Type, 64, 1)):
        if isinstance(t, cls):
            low = -(1 << (bits - 1)) if signed else 0
            return chance.choice([low, low + (1 << bits) - 1, chance.randrange(low, low + (1 << bits))])
    if isinstance(t, model.F32Type):
        return chance.choice([0.0, -0.0, math.inf, math.nan, 1.5, struct.unpack("<f", struct.pack("<f", chance.random()))[0]])
    if isinstance(t, model.F64Type):
        return chance.choice([0.0, -math.inf, math.nan, chance.random(), 1e300])
    if isinstance(t, model.CharType):
        return chance.choice(["\x00", "a", "\ud7ff", "\ue000", "\U0010ffff", "\u20ac"])
    if isinstance(t, model.StringType):
        text = chance.choice(texts)
        return (text, "utf8", len(text.encode()))
    if isinstance(t, model.ListType):
        return [value_of(t.t) for _ in range(chance.choice([0, 1, 2, 3, 7]))]
    if isinstance(t, model.RecordType):
        return {field.label: value_of(field.t) for field in t.fields}
    if isinstance(t, model.VariantType):
        case = chance.choice(t.cases)
        return {case.label: None if case.t is None else value_of(case.t)}
    if isinstance(t, model.FlagsType):
        return {label: chance.random() < 0.5 for label in t.labels}
    raise AssertionError(t)


class Context(model.LiftLowerContext):
    """A memory whose realloc takes what is next, as the tool's memories do."""

    def __init__(self, data, encoding):
        super().__init__(model.LiftLowerOptions(encoding, model.MemInst(data, "i32"), None), None)
        self.used = 8

    def reallocate(self, old, old_size, alignment, size):
        at = model.align_to(self.used, alignment)
        self.used = at + size
        data = self.opts.memory.bytes
        if self.used > len(data):
            data.extend(bytes(self.used - len(data)))
        kept = min(old_size, size)
        data[at:at + kept] = data[old:old + kept]
        return at


def same(left, right):
    if isinstance(left, float) and isinstance(right, float):
        return (math.isnan(left) and math.isnan(right)) or struct.pack("<d", left) == struct.pack("<d", right)
    if isinstance(left, tuple):
        return left[0] == right[0]
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right


types = Types()
made = []
for number in range(options.types):
    text, t = types.make(4)
    if not text.startswith("$"):
        types.lines.append(f"  (type $t{number} {text})")
        text = f"$t{number}"
    types.lines.append(f"  (export \"t{number}\" (type {text}))")
    made.append(t)

cases = []
for number, t in enumerate(made):
    for _ in range(options.values):
        source, target = chance.choice(encodings), chance.choice(encodings)
        cx = Context(bytearray(8), source)
        at = cx.reallocate(0, 0, model.alignment(t, "i32"), model.elem_size(t, "i32"))
        model.store(cx, value_of(t), t, at)
        memory = cx.opts.memory.bytes
        if chance.random() < 0.4:
            for _ in range(chance.randrange(1, 4)):
                memory[chance.randrange(8, len(memory)) if len(memory) > 8 else 0] ^= 1 << chance.randrange(8)
        try:
            expected = model.load(Context(bytearray(memory), source), at, t)
        except model.Trap:
            expected = model.Trap
        cases.append((number, source, target, at, bytes(memory), expected))

with tempfile.TemporaryDirectory() as directory:
    path = lambda name: os.path.join(directory, name)  # noqa: E731
    with open(path("types.wat"), "w") as file:
        file.write("(component\n" + "\n".join(types.lines) + ")\n")
    subprocess.run([*options.assemble.split(), path("types.wat"), path("types.wasm")], check=True)
    with open(path("cases"), "wb") as file:
        for number, source, target, at, memory, _ in cases:
            file.write(struct.pack("<5I", number, encodings.index(source), encodings.index(target), at, len(memory)))
            file.write(memory)
    subprocess.run([options.tool, path("types.wasm"), path("cases"), path("results")], check=True)
    with open(path("results"), "rb") as file:
        results = file.read()

place = 0
wrong = 0
traps = 0
for number, source, target, at, memory, expected in cases:
    trapped, where, size = struct.unpack_from("<3I", results, place)
    data = bytearray(results[place + 12:place + 12 + size])
    place += 12 + size
    traps += expected is model.Trap
    if bool(trapped) == (expected is model.Trap):
        if trapped or same(expected, model.load(Context(data, target), where, made[number])):
            continue
    wrong += 1
    if wrong <= 10:
        got = "a trap" if trapped else model.load(Context(data, target), where, made[number])
        print(f"t{number} {made[number]}\n  from {source} to {target} at {at} of {memory.hex()}\n"
              f"  expected {expected}\n  got      {got}")
print(f"{len(cases)} values of {len(made)} types, seed {options.seed}: {len(cases) - wrong} agree with the model, "
      f"{traps} of them trap; {wrong} differ")
sys.exit(1 if wrong else 0)
