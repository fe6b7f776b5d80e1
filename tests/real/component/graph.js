// What graph.wit exports, for whichever engine it is made a component with: 64-bit integers may be numbers or bigints,
// and what an option holds not may be null or undefined.
class Counter {
  constructor(start) { this.n = start; }
  add(n) { this.n += n; return this.n; }
  value() { return this.n; }
  static grown(old, by) { return new Counter(old.n + by); }
}

function describe(shape) {
  switch (shape.tag) {
    case "dot": return "dot";
    case "circle": return `circle ${shape.val}`;
    default: return `polygon of ${shape.val.length}`;
  }
}

export const draw = {
  Counter,
  render(at, shape, style, color, bytes) {
    if (bytes.length === 0) throw color;
    const names = Object.entries(style).filter(([, set]) => set).map(([name]) => name).join("+");
    return `${describe(shape)} at ${at.x},${at.y} "${at.label}" ${names} ${color} [${Array.from(bytes).join(" ")}]`;
  },
  sum(values) { return values.length === 0 ? undefined : Array.from(values).reduce((a, b) => a + b); },
  swap([text, n]) { return [n, text]; },
  bounds(points) {
    if (points.length === 0) return undefined;
    const xs = points.map((p) => p.x), ys = points.map((p) => p.y);
    return [{ x: Math.min(...xs), y: Math.min(...ys), label: "min" }, { x: Math.max(...xs), y: Math.max(...ys), label: "max" }];
  },
  mirror(scene) {
    const turned = (style) => ({ bold: !style.bold, dashed: !style.dashed, filled: !style.filled });
    const other = scene.checked.tag === "ok" ? { tag: "err", val: `was ${scene.checked.val}` } : { tag: "ok", val: scene.checked.val.length };
    return {
      name: Array.from(scene.name).reverse().join(""),
      origin: scene.origin ? { x: scene.origin.y, y: scene.origin.x, label: scene.origin.label } : undefined,
      shapes: scene.shapes.slice().reverse(),
      styles: scene.styles.map(([color, style]) => [color, turned(style)]),
      checked: other,
    };
  },
  numbers: (...values) => values,
  reversed: (bytes) => Uint8Array.from(bytes).reverse(),
  words: (text) => text.split(" "),
  check(count) { if (count > 3) throw `${count} are too many`; },
  total: (counters) => counters.reduce((sum, counter) => sum + counter.value(), 0),
  scatter: (values) => Array.from(values, (value) => new Counter(value)),
};
export function shout(text) { return text.toUpperCase() + "!"; }
