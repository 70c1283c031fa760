import { resolve } from "node:path";
import { Secret } from "../model/index.ts";
import type { Context } from "./context.ts";
import type { SecretSource } from "./fields.ts";
import { quote } from "./quantity.ts";
import type { Path } from "./yaml-text.ts";

const MAX_SECRET_BYTES = 64 * 1024;

/** Fetches a secret; undefined when that failed and was reported (never with the value). */
export async function fetchSecret(source: SecretSource, path: Path, context: Context): Promise<Secret | undefined> {
  const value =
    source.env === undefined
      ? await fromFile(source.file ?? "", path, context)
      : fromEnvironment(source.env, path, context);
  if (value === undefined) return undefined;
  if (/[\r\n\0]/.test(value)) {
    context.report(path, "the secret has several lines: only one line can be passed on");
    return undefined;
  }
  return new Secret(value);
}

function fromEnvironment(name: string, path: Path, context: Context): string | undefined {
  const value = Object.hasOwn(context.environment, name) ? context.environment[name] : undefined;
  if (value !== undefined && value.trim() !== "") return value;
  const state = value === undefined ? "not set" : "empty";
  context.report(path, `the environment variable ${name} is ${state}: set it to the secret before starting chatbench`);
  return undefined;
}

async function fromFile(written: string, path: Path, context: Context): Promise<string | undefined> {
  const { files, folder, report } = context;
  const file = resolve(folder, written);
  const shown = `the secret file ${quote(written)}`;
  const real = written.includes("\0") ? undefined : await files.realPath(file);
  if (real === undefined || "problem" in real) {
    const why = real?.problem.kind === "not_permitted" ? "may not be read by this user" : "does not exist";
    report(path, `${shown} ${why}: write the secret into it, or correct the path`);
    return undefined;
  }
  const found = await files.statOf(real.path);
  if ("problem" in found || found.stat.kind !== "file") {
    report(path, `${shown} is not a file`);
    return undefined;
  }
  const read = await files.readTextFile(real.path, { maxBytes: MAX_SECRET_BYTES });
  if ("problem" in read) {
    report(
      path,
      `${shown} cannot be read: ${read.problem.kind === "too_large" ? "it is larger than 64 KiB" : "check its permissions"}`,
    );
    return undefined;
  }
  if ((found.stat.mode & 0o004) !== 0) {
    report(path, `${shown} can be read by every user of this machine: chmod 600 it`, { severity: "warning" });
  }
  // Editors and `echo` end a file with a newline that is no part of the secret.
  const value = read.text.replace(/(\r?\n)+$/, "");
  if (value.trim() !== "") return value;
  report(path, `${shown} is empty: write the secret into it`);
  return undefined;
}
