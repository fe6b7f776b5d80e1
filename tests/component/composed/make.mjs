#!/usr/bin/env node
// node make.mjs CACHE OUT: library.wat and reader.wat as components of each string encoding, and each pair of them as one
// component, composed ahead. Exit code 77: npm could not be reached and the text parser is not in the cache.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { loadAssembler } from "../../spec/convert/assembler.mjs";

const [cache, out] = process.argv.slice(2);
let assemble;
try {
  assemble = await loadAssembler(cache);
} catch (problem) {
  console.log(`tests/component: skipped: no components are assembled: ${problem.message}`);
  process.exit(77);
}
const here = path.dirname(fileURLToPath(import.meta.url));
const encodings = { utf8: "utf8", utf16: "utf16", latin1: "latin1+utf16" };
const text = (name, encoding) => readFileSync(path.join(here, `${name}.wat`), "utf8").replaceAll("ENCODING", encodings[encoding]);
const write = (name, wat) => writeFileSync(path.join(out, `${name}.wasm`), assemble(wat));

const composed = (library, reader) => `(component
  ${text("library", library)}
  ${text("reader", reader)}
  (instance $library (instantiate $library))
  (instance $reader (instantiate $reader
    (with "acme:library/shelf@1.0.0" (instance $library "acme:library/shelf@1.0.0"))))
  (export $shelf "acme:library/shelf@1.0.0" (instance $library "acme:library/shelf@1.0.0"))
  (alias export $shelf "book" (type $book))
  (alias export $shelf "verdict" (type $verdict))
  (alias export $shelf "shelf" (type $resource))
  (export "fill" (func $reader "fill")
    (func (param "name" string) (param "books" (list $book)) (result (result (list $book) (error string)))))
  (export "name-of" (func $reader "name-of"))
  (export "read" (func $reader "read") (func (param "book" (option $book)) (result $verdict)))
  (export "thickest" (func $reader "thickest") (func (param "books" (list $book)) (result (option string))))
  (export "hand-over" (func $reader "hand-over") (func (param "name" string) (result (own $resource))))
  (export "shelves-dropped" (func $reader "shelves-dropped")))`;

mkdirSync(out, { recursive: true });
for (const encoding of Object.keys(encodings)) {
  write(`library_${encoding}`, text("library", encoding));
  write(`reader_${encoding}`, text("reader", encoding));
  for (const other of Object.keys(encodings)) write(`both_${encoding}_${other}`, composed(encoding, other));
}
