// node componentize.mjs MODULES SOURCE.js WORLD.wit WORLD OUT.wasm: a component of JavaScript, by componentize-js, which
// is installed in MODULES.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [modules, sourcePath, witPath, worldName, out] = process.argv.slice(2);
const entry = path.join(modules, "node_modules/@bytecodealliance/componentize-js/src/componentize.js");
const { componentize } = await import(pathToFileURL(entry));
const { component } = await componentize({
  sourcePath, witPath, worldName, disableFeatures: ["stdio", "random", "clocks", "http", "fetch-event"],
});
writeFileSync(out, component);
