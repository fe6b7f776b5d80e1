#!/usr/bin/env node
// Makes components of JavaScript, each anew only when its source has changed. The tools come from npm and stay in CACHE.
//
//   node make.mjs CACHE NAME...        CACHE/components/NAME.wasm
//
// Exit code 77: npm could not get a tool; the reason is on standard output.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const spidermonkey = { folder: "componentize", name: "@bytecodealliance/componentize-js", version: "0.23.0" };
const quickjs = { folder: "componentize-qjs", name: "componentize-qjs", version: "0.4.5" };

const recipes = {
  graph: {
    tool: spidermonkey, sources: ["graph.js", "graph.wit"],
    make: async (tool) => spiderMonkeyComponent(tool, "graph", path.join(here, "graph.wit"), ["stdio", "random", "clocks", "http", "fetch-event"]),
  },
  graph_quickjs: {
    tool: quickjs, sources: ["graph.js", "graph.wit"],
    async make(tool) {
      const { componentize } = (await import(pathToFileURL(path.join(tool, "node_modules/componentize-qjs/index.js")))).default;
      const { component } = await componentize({
        witPath: path.join(here, "graph.wit"), jsSource: readFileSync(path.join(here, "graph.js"), "utf8"),
        world: "graph", sync: true, stubWasi: true,
      });
      return component;
    },
  },
  server: {
    tool: spidermonkey, sources: ["server.js", "server.wit"],
    make: async (tool, scratch) => spiderMonkeyComponent(tool, "server", serverWit(tool, scratch), []),
  },
};

async function spiderMonkeyComponent(tool, name, witPath, disableFeatures) {
  const entry = path.join(tool, "node_modules/@bytecodealliance/componentize-js/src/componentize.js");
  const { componentize } = await import(pathToFileURL(entry));
  const { component } = await componentize({ sourcePath: path.join(here, `${name}.js`), witPath, worldName: name, disableFeatures });
  return component;
}

// server.wit beside the packages that it names. The engine's own server is of WASI 0.2.10; later ones of 0.2, of which a
// copy comes with the tool, differ in what is not used here.
function serverWit(tool, scratch) {
  const builtin = path.join(tool, "node_modules/@bytecodealliance/jco/lib/wit/builtin/0.2.12");
  cpSync(builtin, path.join(scratch, "deps"), { recursive: true });
  for (const name of readdirSync(path.join(scratch, "deps"))) {
    const file = path.join(scratch, "deps", name, "package.wit");
    writeFileSync(file, readFileSync(file, "utf8").replaceAll("0.2.12", "0.2.10"));
  }
  cpSync(path.join(here, "server.wit"), path.join(scratch, "server.wit"));
  return scratch;
}

// Where the tool is installed.
function install(cache, { folder, name, version }) {
  const directory = path.join(cache, `${folder}-${version}`);
  if (existsSync(directory)) return directory;
  console.log(`installing ${name}@${version}`);
  const part = `${directory}.part-${process.pid}`;
  mkdirSync(part, { recursive: true });
  const options = ["--loglevel=error", "--no-audit", "--no-fund", "--fetch-retries=1"];
  try {
    execFileSync("npm", ["install", "--prefix", part, ...options, `${name}@${version}`],
      { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8", timeout: 240_000 });
  } catch (problem) {
    const reason = `${problem.stderr ?? ""}`.split("\n").find((line) => line.includes("reason:")) ?? problem.message.split("\n")[0];
    console.log(`tests/real: skipped: npm cannot get ${name}@${version}: ${reason}`);
    rmSync(part, { recursive: true, force: true });
    process.exit(77);
  }
  renameSync(part, directory);
  return directory;
}

const [cache, ...names] = process.argv.slice(2);
if (!cache || names.length === 0 || names.some((name) => !(name in recipes))) {
  console.error(`usage: make.mjs CACHE NAME...\nnames: ${Object.keys(recipes).join(" ")}`);
  process.exit(2);
}
const out = path.join(cache, "components");
mkdirSync(out, { recursive: true });
for (const name of names) {
  const { tool, sources, make } = recipes[name];
  const target = path.join(out, `${name}.wasm`);
  const newest = Math.max(...[...sources, "make.mjs"].map((source) => statSync(path.join(here, source)).mtimeMs));
  if (existsSync(target) && statSync(target).mtimeMs > newest) continue;
  const installed = install(cache, tool);
  const start = Date.now();
  const scratch = path.join(cache, `make_${name}.${process.pid}`);
  mkdirSync(scratch);
  try {
    writeFileSync(path.join(scratch, "part.wasm"), await make(installed, scratch));
    renameSync(path.join(scratch, "part.wasm"), target);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  console.log(`${name}.wasm: ${statSync(target).size} bytes, made in ${((Date.now() - start) / 1000).toFixed(1)} s by ${tool.name}@${tool.version}`);
}
