#!/usr/bin/env node
// Converts the Component Model's scripts into one JSON file of commands each, with the components beside it.
//
//   node convert_components.mjs --out DIR --cache DIR [--suite DIR]...
//
// The suite is the directory that WRT_COMPONENT_SPEC_DIR names, else the first --suite that exists: the `test` folder of
// the component-model repository. Exit codes are those of convert.mjs.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadAssembler, version } from "./convert/assembler.mjs";
import { ComponentScript } from "./convert/component_script.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));

function stampOf(suite, files) {
  const hash = createHash("sha256").update(version);
  const own = [fileURLToPath(import.meta.url), ...readdirSync(path.join(here, "convert")).sort().map((f) => path.join(here, "convert", f))];
  for (const file of own) hash.update(readFileSync(file));
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(path.join(suite, file)));
  return hash.digest("hex");
}

function convertFile(suite, file, assemble, out) {
  const name = file.slice(0, -".wast".length);
  mkdirSync(path.join(out, path.dirname(file)), { recursive: true });
  let components = 0;
  const emit = (extension, bytes) => {
    const filename = `${path.basename(name)}.${components++}.${extension}`;
    writeFileSync(path.join(out, path.dirname(file), filename), bytes);
    return filename;
  };
  const commands = new ComponentScript(readFileSync(path.join(suite, file), "latin1"), assemble, emit).commands();
  const lines = commands.map((command) => JSON.stringify(command)).join(",\n");
  writeFileSync(path.join(out, `${name}.json`), `{"source_filename": "${file}", "commands": [\n${lines}\n]}\n`);
  return commands;
}

function unavailable(why) {
  const ci = process.env.CI === "true";
  console.error(`\n*** THE COMPONENT MODEL'S SUITE IS NOT RUN: ${why}${ci ? "" : "\n*** (an error when CI=true)"}\n`);
  return ci ? 1 : 77;
}

async function main() {
  const { values } = parseArgs({
    options: { suite: { type: "string", multiple: true, default: [] }, out: { type: "string" }, cache: { type: "string" } },
  });
  if (!values.out || !values.cache) throw new Error("usage: convert_components.mjs --out DIR --cache DIR [--suite DIR]...");
  const wanted = process.env.WRT_COMPONENT_SPEC_DIR;
  if (wanted && !existsSync(wanted)) throw new Error(`WRT_COMPONENT_SPEC_DIR is ${wanted}, which does not exist`);
  const suite = wanted || values.suite.find((directory) => existsSync(directory));
  if (!suite) return unavailable(`no suite in ${values.suite.join(" or ")}, and WRT_COMPONENT_SPEC_DIR is not set`);
  const files = readdirSync(suite, { recursive: true }).filter((file) => file.endsWith(".wast")).sort();
  if (files.length === 0) throw new Error(`no .wast in ${suite}`);
  const stamp = stampOf(suite, files);
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
  mkdirSync(path.dirname(values.out), { recursive: true });
  const part = mkdtempSync(`${values.out}.part-`);
  let commands = 0;
  let unconverted = 0;
  for (const file of files) {
    try {
      const converted = convertFile(suite, file, assemble, part);
      commands += converted.length;
      unconverted += converted.filter((command) => command.unconverted).length;
    } catch (problem) {
      problem.message = `${file}: ${problem.message}`;
      throw problem;
    }
  }
  writeFileSync(path.join(part, "manifest.json"), JSON.stringify({ stamp, files }, null, 1) + "\n");
  rmSync(values.out, { recursive: true, force: true });
  renameSync(part, values.out);
  console.log(`files ${files.length}  commands ${commands}  unconverted ${unconverted}`);
  return 0;
}

process.exitCode = await main();
