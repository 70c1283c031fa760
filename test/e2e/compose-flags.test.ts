import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findExecutables } from "../../src/platform/executables.ts";
import { readCompose, ROOT, serviceOf } from "../support/compose.ts";

const compose = readCompose();
const TOOLS = join(ROOT, ".tools/bin");
/** Debian gives some of them a prefix. */
const PROGRAMS = {
  prometheus: "prometheus",
  alertmanager: "prometheus-alertmanager",
  "blackbox-exporter": "prometheus-blackbox-exporter",
  "node-exporter": "prometheus-node-exporter",
} as const;

async function helpOf(program: string): Promise<string> {
  const [found] = await findExecutables(program, process.env.PATH ?? "", [TOOLS]);
  if (found === undefined) throw new Error(`no ${program} on PATH or in .tools/bin: npm run setup unpacks it`);
  try {
    return execFileSync(found, ["--help"], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    return stdout + stderr;
  }
}

/** kingpin writes `--[no-]name` for what can be turned off. */
function knows(help: string, flag: string): boolean {
  const name = flag.replace(/^--/, "").replace(/=.*$/s, "");
  const forms = [`--${name}`, `--[no-]${name}`, `--[no-]${name.replace(/^no-/, "")}`, `--${name.replace(/^no-/, "")}`];
  return forms.some((form) => help.split(/[\s=,]+/).includes(form));
}

describe("flags in the compose file", () => {
  it.each(Object.entries(PROGRAMS))("are known to the real %s", async (service, program) => {
    const help = await helpOf(program);
    const flags = serviceOf(compose, service).command ?? [];
    expect(flags.length).toBeGreaterThan(0);
    expect(flags.filter((flag) => !knows(help, flag))).toEqual([]);
    expect(knows(help, "--no.such.flag")).toBe(false);
  });

  it("name programs of ours that are there", () => {
    const commands = Object.values(compose.services).flatMap(({ command = [], entrypoint = [], healthcheck }) => [
      ...command,
      ...entrypoint,
      ...(healthcheck?.test ?? []),
    ]);
    const paths = [...new Set(commands.filter((word) => /^(?:docker|dist)\//.test(word)))];
    expect(paths.sort()).toEqual([
      ...["dist/demo/main.js", "dist/src/main.js"],
      ...["docker/healthy.mjs", "docker/prepare.mjs", "docker/with-secrets.sh"],
    ]);
    const sources = paths.map((path) => path.replace(/^dist\/(.*)\.js$/, "$1.ts"));
    expect(sources.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
