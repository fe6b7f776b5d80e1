#!/usr/bin/env node
// Makes components of core modules whose functions are those of a WIT world, spelt as the canonical ABI has them.
//
//   node make_guest.mjs --cache DIR --wit FILE (WORLD MODULE.wasm COMPONENT.wasm)...
//
// Exit code 77: npm could not be reached and nothing is in the cache.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { loadTools } from "../spec/convert/assembler.mjs";

const { values, positionals } = parseArgs({
  options: { cache: { type: "string" }, wit: { type: "string" } },
  allowPositionals: true,
});
if (!values.cache || !values.wit || positionals.length === 0 || positionals.length % 3 !== 0) {
  throw new Error("usage: make_guest.mjs --cache DIR --wit FILE (WORLD MODULE.wasm COMPONENT.wasm)...");
}
let tools;
try {
  tools = await loadTools(values.cache);
} catch (problem) {
  const ci = process.env.CI === "true";
  console.error(`\n*** NO GUEST IS MADE: ${problem.message}${ci ? "" : "\n*** (an error when CI=true)"}\n`);
  process.exit(ci ? 1 : 77);
}
const witSource = readFileSync(values.wit, "utf8");
for (let i = 0; i < positionals.length; i += 3) {
  const [world, module, component] = positionals.slice(i, i + 3);
  const embedded = tools.componentEmbed({ binary: readFileSync(module), witSource, world });
  mkdirSync(path.dirname(component), { recursive: true });
  writeFileSync(component, tools.componentNew(embedded, []));
}
