// Says of each binary of a batch whether the engine that runs this script takes it.
//
//   node verdicts.mjs BATCH        reads BATCH.wasm and BATCH.sizes (32-bit little-endian), writes BATCH.out:
//                                  a line for each, "valid" or the reason
import { readFileSync, writeFileSync } from "node:fs";

const [batch] = process.argv.slice(2);
const binaries = readFileSync(`${batch}.wasm`);
const sizes = readFileSync(`${batch}.sizes`);
const lines = [];
let offset = 0;
for (let i = 0; i < sizes.length; i += 4) {
  const size = sizes.readUInt32LE(i);
  const binary = binaries.subarray(offset, offset + size);
  offset += size;
  if (WebAssembly.validate(binary)) {
    lines.push("valid");
    continue;
  }
  try {
    new WebAssembly.Module(binary);
    lines.push("not valid, and yet a module");
  } catch (problem) {
    lines.push(problem.message.replace(/^WebAssembly\.Module\(\): /, "").replaceAll("\n", " "));
  }
}
writeFileSync(`${batch}.out`, lines.join("\n") + "\n");
