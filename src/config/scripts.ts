import { basename, dirname, isAbsolute, relative, resolve, sep } from "node:path";
import type { Context } from "./context.ts";
import { quote } from "./quantity.ts";
import { hint } from "./suggest.ts";

type Found = { readonly script: string } | { readonly problem: string };

/** The scripts folder as written, and without symbolic links if it exists. */
export interface ScriptsFolder {
  readonly written: string;
  readonly path: string;
  readonly real: string | undefined;
  /** Scripts already looked at, as written: many scenarios may share one. */
  readonly seen: Map<string, Found>;
}

/** Looks at the scripts folder once; a missing one is reported at its key. */
export async function openScripts(written: string, context: Context): Promise<ScriptsFolder> {
  const path = resolve(context.folder, written);
  const found = written.includes("\0") ? undefined : await context.files.realPath(path);
  if (found === undefined || "problem" in found) {
    context.report(
      ["scripts"],
      `the scripts folder ${quote(written)} does not exist: make it, or name another one with the key scripts`,
    );
    return { written, path, real: undefined, seen: new Map() };
  }
  return { written, path, real: found.path, seen: new Map() };
}

/** The script without symbolic links, or one sentence on why it cannot be used (reliability 58). */
export async function findScript(
  written: string,
  scripts: ScriptsFolder & { readonly real: string },
  context: Context,
): Promise<Found> {
  const known = scripts.seen.get(written) ?? (await lookAt(written, scripts, context));
  scripts.seen.set(written, known);
  return known;
}

async function lookAt(
  written: string,
  scripts: ScriptsFolder & { readonly real: string },
  context: Context,
): Promise<Found> {
  const { files } = context;
  if (written.trim() === "" || written.includes("\0"))
    return { problem: "this names no file: name a k6 or Locust script" };
  const file = resolve(context.folder, written);
  const shown = `the script ${quote(written)}`;
  const folder = `the scripts folder ${quote(scripts.written)}`;
  if (!isInside(file, scripts.path) && !isInside(file, scripts.real)) {
    const advice = "move it there, or name another folder with the key scripts";
    return { problem: `${shown} lies outside ${folder}: ${advice}` };
  }
  const real = await files.realPath(file);
  if ("problem" in real) return { problem: await missing(file, shown, context) };
  if (!isInside(real.path, scripts.real)) {
    return { problem: `${shown} is a link that leads out of ${folder}: put the script itself there` };
  }
  const found = await files.statOf(real.path);
  if ("stat" in found && found.stat.kind === "file") return { script: real.path };
  return { problem: `${shown} is not a file` };
}

async function missing(file: string, shown: string, { files }: Context): Promise<string> {
  const listed = await files.listFolder(dirname(file));
  const scripts =
    "entries" in listed ? listed.entries.filter((e) => /\.(?:[cm]?[jt]s|py)$/.test(e.name)).map((e) => e.name) : [];
  return `${shown} does not exist${hint(basename(file), scripts, "scripts there")}`;
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
