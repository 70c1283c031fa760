// What the set-up needs of the machine: plain Node, because it runs before any package is there.
import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
/** Programs and packages that belong to this clone only; git-ignored. */
export const TOOLS = join(ROOT, ".tools");

/** A failure that a person can act on: printed as one sentence, without a stack. */
export class SetupError extends Error {}

/** One line of progress, to standard error, so that standard output stays free for `--json` of what comes after. */
export function say(part, text) {
  process.stderr.write(`set-up: ${part}: ${text}\n`);
}

/** Absolute path of a program on PATH, or undefined. */
export function onPath(name, path = process.env.PATH ?? "") {
  return path
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find(isProgram);
}

/** True for a regular file that this user may execute. */
export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Runs a program to its end. Resolves with its exit code (-1: could not be started) and all it printed, and never
 * throws for a failing program. `onLine` sees each line as it comes.
 */
export function run(command, args, options = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    let pending = "";
    const take = (chunk) => {
      output = (output + chunk).slice(-200_000);
      const lines = (pending + chunk).split("\n");
      pending = lines.pop();
      if (options.onLine !== undefined) lines.forEach(options.onLine);
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    child.on("error", (error) => done({ code: -1, output: error.message }));
    child.on("close", (code) => done({ code: code ?? -1, output }));
  });
}

/** The last lines of an output, for an error message. */
export function tail(output, lines = 15) {
  return output.trimEnd().split("\n").slice(-lines).join("\n");
}

/** Numbers of the first `1.2` or `1.2.3` in a text, or undefined. */
export function versionIn(text) {
  const found = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return found === null ? undefined : [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
}

/** True if version `a` is at least `b`. */
export function atLeast(a, b) {
  for (let i = 0; i < b.length; i += 1) if ((a[i] ?? 0) !== b[i]) return (a[i] ?? 0) > b[i];
  return true;
}

/** Says every `seconds` that a long step still goes on, until the returned function is called. */
export function keepSaying(part, text, seconds = 10) {
  const from = Date.now();
  const timer = setInterval(() => say(part, `${text()} (${Math.round((Date.now() - from) / 1000)} s)`), seconds * 1000);
  return () => clearInterval(timer);
}
