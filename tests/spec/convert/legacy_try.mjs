// The folded form of exception handling as it was before 3.0, `(try (do ...) (catch $e ...))`, in its flat form, `try ...
// catch $e ... end`: the text parser knows that one only. Same instructions, same labels; a try that is the operand of a
// folded instruction stays as it is, and the parser refuses it.
import { parse } from "./sexpr.mjs";

const parts = new Set(["do", "catch", "catch_all", "delegate"]);

export function unfoldTries(text) {
  if (!/\(\s*try[\s($)]/.test(text)) return text;
  const out = [...text];
  const unwrap = (node, closing) => {
    out[node.start] = " ";
    out[node.end - 1] = closing;
  };
  const open = parse(text);
  while (open.length) {
    const node = open.pop();
    if (!node.items) continue;
    open.push(...node.items);
    if (node.items[0]?.text !== "try") continue;
    const own = node.items.filter((item) => parts.has(item.items?.[0]?.text));
    if (own.length === 0) continue; // flat already
    for (const part of own) {
      unwrap(part, " ");
      const head = part.items[0];
      if (head.text === "do") out.fill(" ", head.start, head.end);
    }
    unwrap(node, own.at(-1).items[0].text === "delegate" ? " " : " end ");
  }
  return out.join("");
}
