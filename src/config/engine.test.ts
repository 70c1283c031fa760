import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { formatDiagnostic, whyUnfit, type Objective } from "../model/index.ts";
import * as files from "../platform/files.ts";
import { parseConfig } from "./index.ts";

const at = { folder: "", file: "" };
beforeAll(async () => {
  at.folder = await files.makeTemporaryFolder("chatbench-engine-");
  at.file = join(at.folder, "chatbench.yml");
  await mkdir(join(at.folder, "load_tests"));
  for (const name of ["a.ts", "b.py"]) await writeFile(join(at.folder, "load_tests", name), "");
});

/** The engine of a scenario with these keys, or its problems. */
async function engineOf(keys: string): Promise<string | readonly string[]> {
  const text = `targets: { bot: { base_url: http://127.0.0.1:1 } }\nscenarios:\n  one: { target: bot, pattern: smoke, ${keys} }\n`;
  const result = await parseConfig(text, at.file, { files, environment: {} });
  if ("problems" in result)
    return result.problems.map((problem) => formatDiagnostic(problem).replace(/^.*error: /, ""));
  return result.config.scenarios.one?.engine ?? "k6";
}

it.each([
  ["script: load_tests/a.ts", "k6"],
  ["script: load_tests/b.py", "locust"],
  ["script: load_tests/b.py, engine: locust", "locust"],
])("%s is a scenario for %s", async (keys, engine) => {
  expect(await engineOf(keys)).toBe(engine);
});

it("what the target's Redis and system tell is measured beside a load of Locust too", () => {
  const objectives = ["cache_hit_ratio", "cpu_cores"].map((measurement) => ({ measurement }) as Objective);
  expect(whyUnfit({ engine: "locust", objectives })).toBeUndefined();
});

it.each([
  [
    "script: load_tests/a.ts, engine: locust",
    "scenarios.one.engine: Locust reads .py, and the script is another: leave engine out, then the script decides",
  ],
  [
    "script: load_tests/b.py, engine: k6",
    "scenarios.one.engine: k6 reads .ts and .js, and the script is another: leave engine out, then the script decides",
  ],
  [
    "script: load_tests/b.py, traffic: stream",
    "scenarios.one.traffic: Locust measures whole HTTP answers, not the traffic stream; only k6 does that here: use a k6 script, or leave this out",
  ],
  [
    "script: load_tests/b.py, prompts: { distinct: 3 }",
    "scenarios.one.prompts: prompt sets do not reach scripts of Locust; only k6 does that here: use a k6 script, or leave this out",
  ],
  [
    'script: load_tests/b.py, objectives: { ttft_p95: "< 1s" }',
    "scenarios.one.objectives.ttft_p95: Locust does not measure ttft_p95; only k6 does that here: use a k6 script, or leave this out",
  ],
  [
    "script: load_tests/b.py, env: { LOCUST_USERS: '9' }",
    "scenarios.one.env.LOCUST_USERS: names that begin with CHATBENCH_, K6_, LOCUST_ or PYTHON steer the engine and cannot be set here",
  ],
])("%s is refused", async (keys, problem) => {
  expect(await engineOf(keys)).toContain(problem);
});
