#!/usr/bin/env node
// Converts the specification's scripts (.wast) into one JSON file of commands each, with the modules beside it.
//
//   node convert.mjs --out DIR --cache DIR [--suite DIR]...
//
// The suite is the directory that WRT_SPEC_DIR names, else the first --suite that exists; it is laid out as core/ custom/
// legacy/ proposals/<name>/, or as the specification's own test/ directory. Does nothing when the output was made from
// the same suite by the same converter.
//
// Exit codes: 0 converted; 77 there is no suite, or no text parser to be had (no npm, no network), unless CI=true, when
// that is an error like any other; 1 anything else.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadAssembler, version } from "./convert/assembler.mjs";
import { Script } from "./convert/script.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const groups = ["core", "custom", "legacy", "proposals/threads", "proposals/custom-page-sizes", "proposals/wide-arithmetic"];

// Every .wast below a directory as {group, name, file}. The specification's core/ has folders, and the same file name in
// two of them; a file directly in core/ that shares its name with one further down gets `_core`, as flattened copies of
// the suite name it.
function scripts(suite) {
  const found = [];
  for (const group of groups) {
    const root = path.join(suite, group);
    if (!existsSync(root)) continue;
    const all = readdirSync(root, { recursive: true }).filter((file) => file.endsWith(".wast"));
    const isNested = (file) => file.includes(path.sep);
    const taken = new Set(all.filter(isNested).map((file) => path.basename(file)));
    for (const file of all) {
      const base = path.basename(file, ".wast");
      const name = !isNested(file) && taken.has(path.basename(file)) ? `${base}_core` : base;
      found.push({ group, name, file: path.join(root, file) });
    }
  }
  return found.sort((a, b) => (`${a.group}/${a.name}` < `${b.group}/${b.name}` ? -1 : 1));
}

// What the output depends on: the converter and every script.
function stampOf(files) {
  const hash = createHash("sha256").update(version);
  const own = [fileURLToPath(import.meta.url), ...readdirSync(path.join(here, "convert")).sort().map((f) => path.join(here, "convert", f))];
  for (const file of own) hash.update(readFileSync(file));
  for (const { group, name, file } of files) hash.update(`${group}/${name}\0`).update(readFileSync(file));
  return hash.digest("hex");
}

function convertFile({ group, name, file }, assemble, out) {
  const directory = path.join(out, group);
  mkdirSync(directory, { recursive: true });
  let modules = 0;
  const emit = (extension, bytes) => {
    const filename = `${name}.${modules++}.${extension}`;
    writeFileSync(path.join(directory, filename), bytes);
    return filename;
  };
  const commands = new Script(readFileSync(file, "latin1"), assemble, emit).commands();
  const lines = commands.map((command) => JSON.stringify(command)).join(",\n");
  writeFileSync(path.join(directory, `${name}.json`), `{"source_filename": "${group}/${name}.wast", "commands": [\n${lines}\n]}\n`);
  return commands;
}

function summary(files, results) {
  const rows = [];
  for (const group of groups) {
    const mine = files.flatMap((f, i) => (f.group === group ? [results[i]] : []));
    if (mine.length === 0) continue;
    const commands = mine.flat();
    rows.push({
      group,
      files: mine.length,
      commands: commands.length,
      quoted_malformed: commands.filter((c) => c.type === "assert_malformed" && c.module_type === "text").length,
      unconverted: commands.filter((c) => c.unconverted).length,
    });
  }
  return rows;
}

// The run cannot be had here. Loud, because a test that is skipped is easily taken for one that passed.
function unavailable(why) {
  const ci = process.env.CI === "true";
  console.error(`\n*** THE SPECIFICATION'S SUITE IS NOT RUN: ${why}${ci ? "" : "\n*** (an error when CI=true)"}\n`);
  return ci ? 1 : 77;
}

async function main() {
  const { values } = parseArgs({
    options: { suite: { type: "string", multiple: true, default: [] }, out: { type: "string" }, cache: { type: "string" } },
  });
  if (!values.out || !values.cache) throw new Error("usage: convert.mjs --out DIR --cache DIR [--suite DIR]...");
  const wanted = process.env.WRT_SPEC_DIR;
  if (wanted && !existsSync(wanted)) throw new Error(`WRT_SPEC_DIR is ${wanted}, which does not exist`);
  const suite = wanted || values.suite.find((directory) => existsSync(directory));
  if (!suite) return unavailable(`no suite in ${values.suite.join(" or ")}, and WRT_SPEC_DIR is not set`);
  const files = scripts(suite);
  if (!files.some((f) => f.group === "core")) throw new Error(`no core/*.wast in ${suite}`);
  const stamp = stampOf(files);
  const manifest = path.join(values.out, "manifest.json");
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).stamp === stamp) {
    console.log(`${files.length} scripts, converted before`);
    return 0;
  }
  let assemble;
  try {
    assemble = await loadAssembler(values.cache);
  } catch (problem) {
    return unavailable(`cannot get the text parser from npm: ${problem.message}`);
  }
  // Made aside and moved into place whole, so that a run that dies leaves no half suite.
  mkdirSync(path.dirname(values.out), { recursive: true });
  const part = mkdtempSync(`${values.out}.part-`);
  const results = files.map((file) => {
    try {
      return convertFile(file, assemble, part);
    } catch (problem) {
      problem.message = `${file.file}: ${problem.message}`;
      throw problem;
    }
  });
  const rows = summary(files, results);
  const listed = files.map((f) => ({ group: f.group, name: f.name, json: `${f.group}/${f.name}.json` }));
  writeFileSync(path.join(part, "manifest.json"), JSON.stringify({ stamp, groups: rows, files: listed }, null, 1) + "\n");
  rmSync(values.out, { recursive: true, force: true });
  renameSync(part, values.out);
  for (const row of rows) console.log(Object.entries(row).map(([key, v]) => `${key} ${v}`).join("  "));
  return 0;
}

process.exitCode = await main();
