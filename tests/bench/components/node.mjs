// node node.mjs DIRECTORY: what calls of the component that jco has transpiled into DIRECTORY cost under V8, as JSON:
// nanoseconds a call, by the names that components.cpp uses.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";

const directory = process.argv[2];
const { instantiate } = await import(pathToFileURL(path.join(directory, "bench.js")));
const component = await instantiate(
  async (name) => WebAssembly.compile(await readFile(path.join(directory, name))),
  {
    "host-nothing": { default: () => {} },
    "host-place": { default: (at) => ({ x: at.x + 1, y: at.y, label: at.label }) },
    "host-bytes": { default: (bytes) => bytes.length },
  },
);

const bytes = new Uint8Array(64 * 1024);
const label = "a label of 24 characters";
const plain = Array.from({ length: 1000 }, () => ({ x: 1, y: 2, kind: 3 }));
const points = Array.from({ length: 1000 }, () => ({ x: 1, y: 2, label }));
let x = 0;
const turns = 100;
const cases = {
  host_nothing: [() => component.nothing(), 1],
  host_add: [() => { x = component.add(x, 1) % 1000; }, 1],
  host_place: [() => { x = component.place({ x, y: 2, label }).x % 1000; }, 1],
  host_take_bytes: [() => component.takeBytes(bytes), 1],
  host_give_bytes: [() => component.giveBytes(bytes.length), 1],
  host_take_records: [() => component.takePlain(plain), 1],
  host_take_records_with_strings: [() => component.takePoints(points), 1],
  component_nothing: [() => component.callComponentNothing(turns), turns],
  component_place: [() => component.callComponentPlace(turns), turns],
  component_bytes: [() => component.callComponentBytes(10, bytes.length), 10],
  to_host_nothing: [() => component.callHostNothing(turns), turns],
  to_host_place: [() => component.callHostPlace(turns), turns],
  to_host_bytes: [() => component.callHostBytes(turns, bytes.length), turns],
};
const took = {};
for (const [name, [call, calls]] of Object.entries(cases)) {
  const measure = (count) => {
    const start = process.cpuUsage();
    for (let i = 0; i < count; ++i) call();
    const { user, system } = process.cpuUsage(start);
    return (user + system) * 1000;
  };
  measure(Math.ceil(3000 / calls)); // warm: what V8 compiles, it has compiled
  let count = 1;
  let time = measure(count);
  while (time < 1e8) {
    count = Math.ceil(count * Math.min(10, Math.max(1.5, 1.3e8 / Math.max(time, 1))));
    time = measure(count);
  }
  took[name] = time / count / calls;
}
console.log(JSON.stringify(took));
