import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { formatDiagnostic, type Target } from "../model/index.ts";
import * as files from "../platform/files.ts";
import { parseConfig } from "./index.ts";

const at = { file: "" };

beforeAll(async () => {
  const folder = await files.makeTemporaryFolder("chatbench-config-");
  await mkdir(join(folder, "load_tests"));
  await files.writeFileAtomic(join(folder, "load_tests/a.ts"), "export default function () {}");
  at.file = join(folder, "chatbench.yml");
});

const THREE_NINES = { measurement: "uptime", comparator: ">=", limit: 0.999, condition: ">= 99.9%" };

async function load(keys: string): Promise<Target | undefined | readonly string[]> {
  const text = `targets:\n  bot:\n    base_url: http://127.0.0.1:1\n    ${keys}\nscenarios:\n  one: { script: load_tests/a.ts, target: bot, pattern: smoke }\n`;
  const result = await parseConfig(text, at.file, { files, environment: {} });
  if ("problems" in result)
    return result.problems.map((problem) => formatDiagnostic(problem).replace(/^.*chatbench\.yml:/, ""));
  return result.config.targets.bot;
}

it.each([
  ['uptime: ">= 99.9%"', { objective: THREE_NINES, windowSeconds: 2_592_000 }],
  ['uptime: { objective: ">= 99.9%", window: 7d }', { objective: THREE_NINES, windowSeconds: 604_800 }],
  ['uptime: ">= 0.999"', { objective: { ...THREE_NINES, condition: ">= 0.999" }, windowSeconds: 2_592_000 }],
])("%s", async (keys, uptime) => {
  expect(await load(keys)).toMatchObject({ uptime });
});

it("has no uptime objective and no health path unless they are written", async () => {
  expect(await load("")).toEqual({ name: "bot", baseUrl: "http://127.0.0.1:1" });
  expect(await load("health_path: /healthz")).toMatchObject({ healthPath: "/healthz" });
});

it.each([
  ['uptime: "99.9%"', '"99.9%" is not a condition: write <, <=, > or >= and a limit, for example ">= 99.9%"'],
  ['uptime: "< 99.9%"', "is turned round: higher is better for uptime"],
  ['uptime: ">= 120%"', "is more than the whole"],
  ['uptime: ">= 200ms"', "is not a ratio"],
  ['uptime: "> 100%"', "can never be met"],
  ['uptime: { objective: ">= 99.9%", window: 91d }', "targets.bot.uptime.window: at most 90d"],
  ['uptime: { objective: ">= 99.9%", window: 5s }', "targets.bot.uptime.window: at least 1m"],
  ['uptime: { objective: "up" }', 'targets.bot.uptime.objective: "up" is not a condition'],
  ["uptime: 0.999", 'must be a condition such as ">= 99.9%"'],
  ["health_path: healthz", "must be a path such as /healthz"],
  ["health_path: /healthz?deep=1", "must be a path such as /healthz"],
])("refuses %s", async (keys, problem) => {
  const problems = await load(keys);
  expect(problems).toEqual([expect.stringContaining(problem)]);
  expect(JSON.stringify(problems)).toMatch(/^\["4:\d+: error: targets\.bot\./);
});
