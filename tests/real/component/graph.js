class Counter {
  constructor(start) { this.n = start; }
  add(n) { this.n += n; return this.n; }
  value() { return this.n; }
  static merge(a, b) { return new Counter(a.n + b.n); }
}
export const draw = {
  Counter,
  render(at, shape, style, color, bytes) {
    if (bytes.length === 0) throw color;
    const s = shape.tag === "dot" ? "dot" : shape.tag === "circle" ? `circle ${shape.val}` : `polygon of ${shape.val.length}`;
    const names = Object.entries(style).filter(([, v]) => v).map(([k]) => k).join("+");
    return `${s} at ${at.x},${at.y} "${at.label}" ${names} ${color} [${Array.from(bytes).join(" ")}]`;
  },
  sum(values) { let t = 0n; for (const v of values) t += v; return t; },
  swap([text, n]) { return [n, text]; },
  bounds(points) {
    if (points.length === 0) return undefined;
    const xs = points.map(p => p.x), ys = points.map(p => p.y);
    return [{ x: Math.min(...xs), y: Math.min(...ys), label: "min" }, { x: Math.max(...xs), y: Math.max(...ys), label: "max" }];
  },
};
export function shout(text) { return text.toUpperCase() + "!"; }
