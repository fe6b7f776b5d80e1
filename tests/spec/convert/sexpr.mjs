// S-expressions of .wast files, over bytes read as latin1 so that every byte keeps its value and its place.
// A node is {start, end} with either `items` (a list), `text` (an atom) or `bytes` (a string, unescaped).

const delimiters = new Set([" ", "\t", "\n", "\r", "(", ")", '"', ";"]);

export class SyntaxProblem extends Error {}

// Where the comment that starts at `at` ends, or `at` when none starts there.
function skipComment(source, at) {
  if (source.startsWith(";;", at)) {
    let end = at;
    while (end < source.length && source[end] !== "\n" && source[end] !== "\r") end++;
    return end;
  }
  if (!source.startsWith("(;", at)) return at;
  let depth = 0;
  while (at < source.length) {
    if (source.startsWith("(;", at)) {
      depth++;
      at += 2;
    } else if (source.startsWith(";)", at)) {
      depth--;
      at += 2;
      if (depth === 0) return at;
    } else {
      at++;
    }
  }
  throw new SyntaxProblem("block comment without end");
}

// Where the string that starts at `at` ends (behind its closing quote).
function skipString(source, at) {
  for (let i = at + 1; i < source.length; i++) {
    if (source[i] === "\\") i++;
    else if (source[i] === '"') return i + 1;
  }
  throw new SyntaxProblem("string without end");
}

function utf8(codePoint) {
  return Buffer.from(String.fromCodePoint(codePoint), "utf8");
}

// The bytes a string literal stands for; `literal` includes the quotes.
export function unescape(literal) {
  const out = [];
  const simple = { n: 10, r: 13, t: 9, '"': 34, "'": 39, "\\": 92 };
  for (let i = 1; i < literal.length - 1; i++) {
    if (literal[i] !== "\\") {
      out.push(literal.charCodeAt(i));
      continue;
    }
    const next = literal[++i];
    if (next in simple) {
      out.push(simple[next]);
    } else if (next === "u") {
      const close = literal.indexOf("}", i);
      out.push(...utf8(parseInt(literal.slice(i + 2, close).replaceAll("_", ""), 16)));
      i = close;
    } else {
      out.push(parseInt(literal.slice(i, i + 2), 16));
      i++;
    }
  }
  return Buffer.from(out);
}

// All nodes of a file, in order. Written with its own stack: some files nest thousands deep.
export function parse(source) {
  const top = { items: [] };
  const open = [top];
  let at = 0;
  while (at < source.length) {
    const c = source[at];
    const afterComment = skipComment(source, at);
    if (afterComment !== at) {
      at = afterComment;
    } else if (c === "(") {
      const list = { start: at, end: -1, items: [] };
      open.at(-1).items.push(list);
      open.push(list);
      at++;
    } else if (c === ")") {
      if (open.length === 1) throw new SyntaxProblem(`unexpected ) at byte ${at}`);
      open.pop().end = ++at;
    } else if (c === '"') {
      const end = skipString(source, at);
      open.at(-1).items.push({ start: at, end, bytes: unescape(source.slice(at, end)) });
      at = end;
    } else if (delimiters.has(c) && c !== ";") {
      at++;
    } else {
      const start = at++;
      while (at < source.length && !delimiters.has(source[at])) at++;
      // $"an identifier" and @"an annotation" in quotes.
      if (source[at] === '"' && (source.slice(start, at) === "$" || source.slice(start, at) === "@")) {
        at = skipString(source, at);
      }
      open.at(-1).items.push({ start, end: at, text: source.slice(start, at) });
    }
  }
  if (open.length !== 1) throw new SyntaxProblem("list without end");
  return top.items;
}

// The same text without comments and with every byte above 0x7f in a string written as \xx, because the text parser
// refuses some Unicode ("confusing" characters) that the specification allows.
export function plain(source) {
  let out = "";
  let at = 0;
  while (at < source.length) {
    const afterComment = skipComment(source, at);
    if (afterComment !== at) {
      out += source.slice(at, afterComment).replace(/[^\n]/g, " ");
      at = afterComment;
    } else if (source[at] === '"') {
      const end = skipString(source, at);
      out += source.slice(at, end).replace(/[^\x00-\x7e]/g, (c) => "\\" + c.charCodeAt(0).toString(16).padStart(2, "0"));
      at = end;
    } else {
      out += source[at++];
    }
  }
  return out;
}

export const isAnnotation = (node) => node.items?.[0]?.text?.startsWith("@") ?? false;

// The items of a list without the annotations among them.
export const itemsOf = (node) => node.items.filter((item) => !isAnnotation(item));
