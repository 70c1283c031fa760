import { readdirSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatDiagnostic } from "../model/index.ts";
import * as files from "../platform/files.ts";
import { loadConfig } from "./index.ts";

const FOLDER = join(import.meta.dirname, "../../test/fixtures/config/bad");
const deps = { files, environment: { PRESENT: "hunter2", EMPTY: "" } };

async function problemsOf(path: string): Promise<readonly string[]> {
  const result = await loadConfig(path, deps);
  if ("config" in result) return [];
  // Warnings depend on the permissions that a checkout gives the files; they have a test of their own.
  const errors = result.problems.filter((d) => d.severity === "error");
  return errors.map((d) => formatDiagnostic({ ...d, file: d.file.replace(`${FOLDER}/`, "") }));
}

const names = readdirSync(FOLDER).filter((name) => name.endsWith(".yml"));

describe("9, 10, 51, 52, 53, 58: a bad file gets exactly the messages that lie beside it", () => {
  it.each(names)("%s", async (name) => {
    const problems = await problemsOf(join(FOLDER, name));
    await expect(`${problems.join("\n")}\n`).toMatchFileSnapshot(join(FOLDER, name.replace(/\.yml$/, ".txt")));
    expect(problems).not.toEqual([]);
    expect(problems.filter((text) => text.includes("hunter2"))).toEqual([]);
  });

  it("there are expected messages for each, and no others", () => {
    const expected = readdirSync(FOLDER).filter((name) => name.endsWith(".txt"));
    expect(expected).toEqual(names.map((name) => name.replace(/\.yml$/, ".txt")));
    expect(names.length).toBeGreaterThanOrEqual(30);
    expect(readFileSync(join(FOLDER, "key-typo.txt"), "utf8")).toContain("did you mean");
  });
});

describe("what cannot lie in a fixture folder", () => {
  it("52: refuses a file of 10 MB before parsing it", async () => {
    const file = join(await mkdtemp(join(tmpdir(), "chatbench-config-")), "big.yml");
    await writeFile(file, "a: 1\n".repeat(2_000_000));
    const before = process.memoryUsage().rss;
    expect(await problemsOf(file)).toEqual([
      `${file}:1:1: error: the file is larger than 1 MiB: a configuration is a few pages; keep data in files of the scripts`,
    ]);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });

  it.each([
    ["opening brackets", "[".repeat(1_000_000)],
    ["nested lists", "- ".repeat(500_000)],
    ["nested keys", "? ".repeat(500_000)],
    ["deep indentation", Array.from({ length: 1400 }, (_, i) => `${" ".repeat(i)}a:`).join("\n")],
    ["different keys", Array.from({ length: 90_000 }, (_, i) => `k${i}: 1`).join("\n")],
    ["the same key", "a: 1\n".repeat(200_000)],
    ["aliases", `a: &a 1\nb: [${"*a,".repeat(300_000)}]`],
    ["anchors", `a: [${Array.from({ length: 50_000 }, (_, i) => `&a${i} x, *a${i}`).join(",")}]`],
    ["empty lines", "\n".repeat(1_000_000)],
  ])("52: refuses a megabyte of %s fast and in little memory", async (_, text) => {
    const file = join(await mkdtemp(join(tmpdir(), "chatbench-config-")), "much.yml");
    await writeFile(file, text);
    const [memory, began] = [process.memoryUsage().rss, performance.now()];
    expect(await problemsOf(file)).toHaveLength(1);
    expect(performance.now() - began).toBeLessThan(3000);
    expect(process.memoryUsage().rss - memory).toBeLessThan(100e6);
  });

  it("names `chatbench init` when there is no file", async () => {
    expect(await problemsOf("/nowhere/chatbench.yml")).toEqual([
      "/nowhere/chatbench.yml:1:1: error: there is no such file: `chatbench init` writes one to start from, and -c FILE names another",
    ]);
  });

  it("says that a folder is not a file", async () => {
    expect(await problemsOf(tmpdir())).toEqual([
      `${tmpdir()}:1:1: error: this is not a file: name a configuration file with -c FILE`,
    ]);
  });

  it("53: warns of a world-readable secret file, and trims its newline", async () => {
    const folder = await mkdtemp(join(tmpdir(), "chatbench-config-"));
    await files.ensureFolder(join(folder, "load_tests"));
    await writeFile(join(folder, "load_tests/a.ts"), "export default function () {}");
    await writeFile(join(folder, "key"), "hunter2\n");
    const file = join(folder, "chatbench.yml");
    await writeFile(
      file,
      "targets: { bot: { base_url: http://127.0.0.1:1 } }\nscenarios:\n  one: { script: load_tests/a.ts, target: bot, pattern: smoke, secrets: { KEY: { file: key } } }\n",
    );
    for (const [mode, warnings] of [
      [0o644, 1],
      [0o600, 0],
    ] as const) {
      await chmod(join(folder, "key"), mode);
      const result = await loadConfig(file, deps);
      if ("problems" in result) throw new Error(result.problems.map(formatDiagnostic).join("\n"));
      expect(result.warnings).toHaveLength(warnings);
      expect(result.config.scenarios.one?.secrets.KEY?.reveal()).toBe("hunter2");
      expect(JSON.stringify(result)).not.toContain("hunter2");
    }
  });
});
