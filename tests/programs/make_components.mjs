#!/usr/bin/env node
// Makes components of WASI preview 1 commands: the module, and an adapter from preview 1 to WASI 0.2 beside it. It is
// what `jco new MODULE --wasi-command` does.
//
//   node make_components.mjs --cache DIR --out DIR [--wit FILE [--world NAME]] MODULE.wasm...
//
// --wit: the modules import what the world of that file does, by the canonical ABI.
//
// Exit code 77: npm could not be reached and nothing is in the cache.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { loadTools } from "../spec/convert/assembler.mjs";

// Pinned, with the hash that the registry has for this version.
const name = "@bytecodealliance/jco";
const version = "1.35.0";
const integrity = "sha512-O53cWIMm/M1SpwLxKRicvAMDnzWf4zWs6I6qFZIGbn3HUovDMCCe9blkGxxYuyocHjVf/cXgNmlMu/x7Tyi77A==";
const adapter = "package/lib/wasi_snapshot_preview1.command.wasm";

// The adapter, fetched with npm unless it is in the cache.
function loadAdapter(cache) {
  const ready = path.join(cache, `preview1-command-adapter-${version}.wasm`);
  if (existsSync(ready)) return readFileSync(ready);
  mkdirSync(cache, { recursive: true });
  const part = mkdtempSync(`${ready}.part-`);
  try {
    const options = { cwd: part, stdio: ["ignore", "pipe", "pipe"], encoding: "utf8", timeout: 180_000 };
    execFileSync("npm", ["pack", "--silent", "--ignore-scripts", `${name}@${version}`], options);
    const tarball = path.join(part, `bytecodealliance-jco-${version}.tgz`);
    const hash = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
    if (hash !== integrity) throw new Error(`${name}@${version} is not the package it was: ${hash}`);
    execFileSync("tar", ["-xzf", tarball, adapter], options);
    renameSync(path.join(part, adapter), ready);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
  return readFileSync(ready);
}

const { values, positionals } = parseArgs({
  options: { cache: { type: "string" }, out: { type: "string" }, wit: { type: "string" },
    world: { type: "string" } },
  allowPositionals: true,
});
if (!values.cache || !values.out || positionals.length === 0) {
  throw new Error("usage: make_components.mjs --cache DIR --out DIR [--wit FILE [--world NAME]] MODULE.wasm...");
}
let tools, adapterBytes;
try {
  tools = await loadTools(values.cache);
  adapterBytes = loadAdapter(values.cache);
} catch (problem) {
  const ci = process.env.CI === "true";
  console.error(`\n*** NO COMPONENTS ARE MADE OF PROGRAMS: ${problem.message}${ci ? "" : "\n*** (an error when CI=true)"}\n`);
  process.exit(ci ? 1 : 77);
}
mkdirSync(values.out, { recursive: true });
for (const file of positionals) {
  let module = readFileSync(file);
  if (values.wit) {
    const witSource = readFileSync(values.wit, "utf8");
    module = tools.componentEmbed({ binary: module, witSource, world: values.world });
  }
  const component = tools.componentNew(module, [["wasi_snapshot_preview1", adapterBytes]]);
  writeFileSync(path.join(values.out, path.basename(file)), component);
}
console.log(`${positionals.length} components in ${values.out}`);
