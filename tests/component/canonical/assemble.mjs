// node assemble.mjs CACHE TEXT BINARY: a component of its text.
import { readFileSync, writeFileSync } from "node:fs";
import { loadAssembler } from "../../spec/convert/assembler.mjs";

const [cache, text, binary] = process.argv.slice(2);
writeFileSync(binary, (await loadAssembler(cache))(readFileSync(text, "utf8")));
