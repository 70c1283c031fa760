import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startDemo, type Demo } from "../../demo/demo.ts";
import { readSettings } from "../../demo/settings.ts";
import { main } from "../../src/main.ts";
import type { RunRecord } from "../../src/model/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { findPrometheus, startPrometheus, type RunningPrometheus } from "../../src/stack/index.ts";
import { ROOT } from "../support/k6.ts";
import { testMachine } from "../support/machine.ts";

// Each shipped script makes a run of its own against the reference chatbot, whose answers sometimes fail and are of every
// kind; then Prometheus is asked how many series it holds of it. They were 14 (Locust) to 99 (streams) when this was written.
const SCRIPTS: Readonly<Record<string, object>> = {
  "k6_api_test.ts": {},
  "k6_openai_test.ts": { prompts: { distinct: 50, prefixes: { count: 3, tokens: 60 } }, cache: "cold" },
  "k6_websocket_test.ts": { traffic: "websocket" },
  "k6_stream_test.ts": { traffic: "stream" },
  "locust/api_test.py": {},
};
const MOST = 1_000;

const live = { folder: "" } as { folder: string; demo?: Demo; prometheus?: RunningPrometheus };
const prometheusUrl = (): string => live.prometheus?.url ?? "";

beforeAll(async () => {
  live.folder = await mkdtemp(join(tmpdir(), "chatbench-series-"));
  await cp(join(ROOT, "load_tests"), join(live.folder, "load_tests"), { recursive: true });
  const flags = ["--chatbot-port", "0", "--provider-port", "0", "--error-rate", "0.05"];
  const asked = readSettings(flags, {});
  if (asked.kind !== "start") throw new Error(JSON.stringify(asked));
  live.demo = await startDemo(asked.settings, () => undefined);
  const program = await findPrometheus(process.env.PATH ?? "", join(ROOT, ".tools"));
  if (program === undefined) throw new Error("the set-up of the tests brings a Prometheus");
  const data = join(live.folder, "data");
  await mkdir(data);
  const configFile = join(ROOT, "prometheus/prometheus.yml");
  const started = await startPrometheus({ program, folder: data, configFile, clock: systemClock });
  if ("problem" in started) throw new Error(started.problem);
  live.prometheus = started.prometheus;
});
afterAll(async () => {
  await live.prometheus?.stop();
  await live.demo?.close();
  await rm(live.folder, { recursive: true, force: true });
});

/** The record of one short run with this script of load_tests. */
async function run(script: string, more: object): Promise<RunRecord> {
  const scenario = {
    ...{ script: `load_tests/${script}`, target: "chatbot", ...more },
    pattern: { name: "smoke", users: 10, duration: "6s", warmup: "1s" },
    objectives: { error_rate: "< 50%" },
    params: { think_time_seconds: 0.05 },
  };
  const targets = { chatbot: { base_url: live.demo?.chatbotUrl } };
  const text = JSON.stringify({ targets, prometheus: { url: prometheusUrl() }, scenarios: { one: scenario } });
  await writeFile(join(live.folder, "chatbench.yml"), text);
  const machine = testMachine(live.folder);
  await main(["run", "--json"], machine);
  const { runs } = JSON.parse(machine.printed.out()) as { runs: RunRecord[] };
  const [record] = runs;
  if (record === undefined) throw new Error(machine.printed.err());
  return record;
}

/** Names of all series of a run, one for each series. */
async function seriesOf({ id }: RunRecord): Promise<readonly string[]> {
  const asked = new URLSearchParams({ "match[]": `{testid="${id}"}`, start: String(Date.now() / 1000 - 600) });
  const answer = await fetch(`${prometheusUrl()}/api/v1/series?${asked.toString()}`);
  const { data } = (await answer.json()) as { data: readonly { __name__: string }[] };
  return data.map(({ __name__: name }) => name);
}

it.each(Object.entries(SCRIPTS))("%s makes fewer than a thousand series in a run", async (script, more) => {
  const record = await run(script, more);
  expect(record).toMatchObject({ state: "finished", telemetry: { prometheus: "complete" } });
  const series = await seriesOf(record);
  expect(series).toContain("k6_vus");
  expect(series.length).toBeGreaterThan(5);
  expect(series.length).toBeLessThan(MOST);
});
