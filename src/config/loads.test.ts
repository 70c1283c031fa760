import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Load, Scenario } from "../model/index.ts";
import * as files from "../platform/files.ts";
import { loadConfig, withOverrides } from "./index.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "chatbench-loads-"));
  await mkdir(join(folder, "load_tests"));
  await writeFile(join(folder, "load_tests/chat.js"), "export default function () {}\n");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(pattern: string, more = "") {
  const file = join(folder, "chatbench.yml");
  await writeFile(
    file,
    `targets: { bot: { base_url: "http://127.0.0.1:9" } }\nscenarios:\n  chat:\n    script: load_tests/chat.js\n    target: bot\n    pattern: ${pattern}\n${more}`,
  );
  return await loadConfig(file, { files, environment: {} });
}

async function scenarioOf(pattern: string): Promise<Scenario> {
  const result = await read(pattern);
  if (!("config" in result)) throw new Error(JSON.stringify(result));
  const scenario = result.config.scenarios.chat;
  if (scenario === undefined) throw new Error("no scenario");
  return scenario;
}

async function loadOf(pattern: string): Promise<Load> {
  return (await scenarioOf(pattern)).load;
}

describe("patterns of arrivals and ladders", () => {
  it("a rate makes the load open; the most users follow from it", async () => {
    expect(await loadOf('{ name: sustained, rate: "20/s", arrivals: poisson, seed: 7, duration: 1m }')).toEqual({
      ...{ pattern: "sustained", users: 200, rate: 20, arrivals: "poisson", seed: 7 },
      ...{ warmup: { seconds: 6, rate: 20 }, stages: [{ seconds: 60, rate: 20 }] },
    });
  });

  it("a ladder has its levels, by default a tenth of the top each", async () => {
    expect(await loadOf("{ name: breakpoint, users: 50, from: 20, step: 12 }")).toMatchObject({
      ladder: { levels: [20, 32, 44, 50] },
    });
    expect(await loadOf('{ name: stress, rate: "5/s" }')).toMatchObject({
      rate: 5,
      ladder: { levels: { length: 10 } },
    });
  });

  it.each([
    ["{ name: sustained, arrivals: poisson }", "", "arrivals and seed belong to a rate"],
    ['{ name: sustained, rate: "5/s", from: "1/s" }', "", "from and step belong to the patterns stress and breakpoint"],
    ['{ name: stress, rate: "5/s", from: 2 }', "", "from is a number of users and the ladder is of arrivals"],
    ["{ name: stress, users: 5, from: 9 }", "", "from (9) is above the top of the ladder (5)"],
    [
      '{ name: smoke, rate: "5/s" }',
      '    objectives: { concurrent_users: ">= 5" }',
      "concurrent_users belongs to loads of users",
    ],
    ["stress", '    objectives: { throughput: ">= 5/s" }', "throughput cannot judge the pattern stress"],
    ["smoke", '    objectives: { max_passing_users: ">= 5" }', "max_passing_users comes from a ladder of loads"],
    ["smoke", '    objectives: { goodput: ">= 90%" }', "goodput is the share of requests that meet the limits"],
    ["breakpoint", '    schedule: { cron: "*/10 * * * *" }', "a run lasts 12m6s and slots come after 10m"],
  ])("%s %s is told: %s", async (pattern, more, sentence) => {
    const result = await read(pattern, `${more}\n`);
    expect(JSON.stringify(result)).toContain(sentence);
  });

  it("-u on a rate is refused in a sentence; -d and another pattern are taken", async () => {
    const result = await read('{ name: sustained, rate: "20/s" }');
    if (!("config" in result)) throw new Error("no configuration");
    const scenario = await scenarioOf('{ name: sustained, rate: "20/s" }');
    expect(withOverrides(scenario, result.config, { users: 9 })).toMatchObject({
      problems: [expect.stringContaining("the load is arrivals at a rate (20/s)") as string],
    });
    expect(withOverrides(scenario, result.config, { durationSeconds: 30 })).toMatchObject({
      scenario: { load: { rate: 20, stages: [{ seconds: 30, rate: 20 }] } },
    });
    expect(withOverrides(scenario, result.config, { users: 9, pattern: "smoke" })).toMatchObject({
      scenario: { load: { users: 9, stages: [{ users: 9 }] } },
    });
  });
});
