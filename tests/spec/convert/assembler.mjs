// The text parser: `tools.parse` of the npm package below, which carries the parser of the wasm-tools project as
// WebAssembly. It knows all of WebAssembly 3.0 and does not validate, so that invalid modules convert as well.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

// Pinned: another version may parse another level of the proposals. The hash is the registry's own for this version.
const name = "@bytecodealliance/jco-transpile";
export const version = "0.14.0";
const integrity = "sha512-5YFi4mc7Vq6ypo/QIKqjpvfTd9xx6WrHZF/pPnWLhVPsm6kAPyGa1BISR4FUk18LMh2A5Xp+UA1dBFtTo1u2GA==";

// What the parser imports of its host. It reads arguments in memory and answers in memory, so nothing of this is used
// but a seed for its hash tables; the package's own shim would bring worker threads and native addons with it.
const host = {
  "cli.js": `
    const none = () => undefined;
    class TerminalInput {}
    class TerminalOutput {}
    export const environment = { getEnvironment: () => [] };
    export const exit = { exit() { throw new Error("the text parser exited"); } };
    export const stderr = { getStderr() { throw new Error("the text parser wrote to stderr"); } };
    export const stdin = { getStdin() { throw new Error("the text parser reads stdin"); } };
    export const stdout = { getStdout() { throw new Error("the text parser wrote to stdout"); } };
    export const terminalInput = { TerminalInput };
    export const terminalOutput = { TerminalOutput };
    export const terminalStderr = { getTerminalStderr: none };
    export const terminalStdin = { getTerminalStdin: none };
    export const terminalStdout = { getTerminalStdout: none };`,
  "filesystem.js": `
    class Descriptor {}
    class DirectoryEntryStream {}
    export const preopens = { getDirectories: () => [] };
    export const types = { Descriptor, DirectoryEntryStream, filesystemErrorCode: () => undefined };`,
  "io.js": `
    class IoError {}
    class InputStream {}
    class OutputStream {}
    export const error = { Error: IoError };
    export const streams = { InputStream, OutputStream };`,
  "random.js": `
    export const random = { getRandomBytes: (size) => new Uint8Array(Number(size)) };`,
  "package.json": JSON.stringify({
    name: "@bytecodealliance/preview2-shim",
    type: "module",
    exports: { "./*": "./*.js" },
  }),
};

// Fetches the package with npm into `directory` unless it is there already.
function install(directory) {
  const ready = path.join(directory, `text-parser-${version}`);
  if (existsSync(ready)) return ready;
  mkdirSync(directory, { recursive: true });
  const part = mkdtempSync(`${ready}.part-`);
  try {
    const options = { cwd: part, stdio: ["ignore", "pipe", "pipe"], encoding: "utf8", timeout: 180_000 };
    execFileSync("npm", ["pack", "--silent", "--ignore-scripts", `${name}@${version}`], options);
    const tarball = path.join(part, `bytecodealliance-jco-transpile-${version}.tgz`);
    const hash = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
    if (hash !== integrity) throw new Error(`${name}@${version} is not the package it was: ${hash}`);
    const files = ["package/package.json", "package/LICENSE", ...["wasm-tools.js", "wasm-tools.core.wasm", "wasm-tools.core2.wasm"].map((f) => `package/vendor/${f}`)];
    execFileSync("tar", ["-xzf", tarball, ...files], options);
    rmSync(tarball);
    const shim = path.join(part, "node_modules/@bytecodealliance/preview2-shim");
    mkdirSync(shim, { recursive: true });
    for (const [file, text] of Object.entries(host)) writeFileSync(path.join(shim, file), text);
    renameSync(part, ready);
  } catch (problem) {
    rmSync(part, { recursive: true, force: true });
    if (!existsSync(ready)) throw problem; // else: another process was first, which is as good
  }
  return ready;
}

// The package's tools: parse(), componentNew() and their like.
export async function loadTools(directory) {
  const installed = install(directory);
  const { $init, tools } = await import(pathToFileURL(path.join(installed, "package/vendor/wasm-tools.js")));
  await $init;
  return tools;
}

// A function from the text of a module to its bytes.
export async function loadAssembler(directory) {
  const tools = await loadTools(directory);
  return (text) => Buffer.from(tools.parse(text));
}
