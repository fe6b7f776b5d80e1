#!/usr/bin/env node
// node run.mjs BENCH_COMPONENTS [ROUNDS]: what calls through the canonical ABI cost in wrt, and in node of the same
// component, transpiled by jco; each in turn in every round, medians printed. The text parser and jco come from npm, into
// build/cache and build/real.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, "../../..");
const [program, rounds = "3"] = process.argv.slice(2);
if (!program) throw new Error("usage: run.mjs BENCH_COMPONENTS [ROUNDS]");
const out = path.join(root, "build/bench_components");
mkdirSync(out, { recursive: true });
const component = path.join(out, "bench.wasm");
const node = (...args) => execFileSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

node(path.join(here, "../../component/canonical/assemble.mjs"), path.join(root, "build/cache"), path.join(here, "components.wat"), component);
// jco is what tests/real/component/make.mjs installs with componentize-js.
node(path.join(here, "../../real/component/make.mjs"), path.join(root, "build/real"), "graph");
const tools = readdirSync(path.join(root, "build/real")).find((name) => /^componentize-\d[\d.]*$/.test(name));
const jco = path.join(root, "build/real", tools ?? "", "node_modules/@bytecodealliance/jco/dist/jco.js");
const transpiled = path.join(out, "jco");
if (existsSync(jco)) node(jco, "transpile", component, "-q", "-o", transpiled, "--name", "bench", "--instantiation", "async");

const measured = { wrt: {}, node: {} };
const note = (who, name, time) => (measured[who][name] ??= []).push(time);
for (let round = 0; round < Number(rounds); ++round) {
  const report = execFileSync(program, ["--benchmark_format=json", "--benchmark_min_time=0.1"],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], env: { ...process.env, WRT_BENCH_COMPONENT: component } });
  for (const { name, cpu_time, per_call } of JSON.parse(report).benchmarks) note("wrt", name, per_call ? per_call * 1e9 : cpu_time);
  if (existsSync(jco)) {
    for (const [name, time] of Object.entries(JSON.parse(node(path.join(here, "node.mjs"), transpiled)))) note("node", name, time);
  }
}
const median = (times) => times?.sort((a, b) => a - b)[Math.floor(times.length / 2)];
const shown = (time) => time === undefined ? "" : time < 1000 ? `${time.toFixed(0)} ns` : `${(time / 1000).toFixed(1)} us`;
console.log(`| call | wrt | node ${process.versions.node}, V8, jco |\n|---|---|---|`);
for (const name of Object.keys(measured.wrt)) console.log(`| ${name} | ${shown(median(measured.wrt[name]))} | ${shown(median(measured.node[name]))} |`);
