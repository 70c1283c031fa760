import { expect, it } from "vitest";
import { createExporter } from "../exporter/index.ts";
import type { Resources, RunRecord } from "../model/index.ts";
import { systemClock } from "../platform/clock.ts";
import { fullFacts, record } from "../../test/support/exporter-facts.ts";
import { familiesOf } from "../../test/support/metrics-page.ts";
import { scenarioOf } from "../../test/support/sim/scenarios.ts";
import { collectorsOf } from "./exporter-facts.ts";
import { createHistory } from "./history.ts";

const resources = (collectors: Resources["collectors"]): Resources => ({ collectors, values: {}, restarted: [] });
const WELL = resources([{ name: "postgres", reads: 60, failures: 0 }]);
const AWAY = resources([
  { name: "postgres", reads: 40, failures: 20, problem: "PostgreSQL cannot be read." },
  { name: "redis", reads: 60, failures: 2 },
  { name: "process", reads: 0, failures: 0 },
]);

const scenarios = Object.fromEntries(
  ["chat-api", "smoke"].map((name) => {
    const scenario = scenarioOf(name);
    return [name, { ...scenario, target: { ...scenario.target, name: "chatbot" } }];
  }),
);
const target = scenarios.smoke!.target;
const CONFIG = { scenarios, targets: { chatbot: target, unwatched: { ...target, name: "unwatched" } } };

function sourcesAfter(runs: readonly RunRecord[]): ReturnType<typeof collectorsOf> {
  const history = createHistory();
  for (const run of runs) history.note(run);
  return collectorsOf(history.latest(), CONFIG);
}

it("46: each source of a target stands as its newest run left it, whatever scenario that was", () => {
  const sources = sourcesAfter([
    record({ id: "20261123T020000Z-chat-api-aaaa", resources: WELL }),
    record({ id: "20261124T020000Z-smoke-aaaa", scenario: "smoke", resources: AWAY }),
    record({ id: "20261125T020000Z-smoke-aaaa", scenario: "smoke", target: "elsewhere", resources: WELL }),
  ]);
  expect(sources).toEqual([
    { name: "postgres", target: "chatbot", trigger: "cron", ok: false },
    { name: "redis", target: "chatbot", trigger: "cron", ok: true },
    { name: "process", target: "chatbot", trigger: "cron", ok: false },
  ]);
});

it.each([
  [54, 6, true],
  [53, 7, false],
  [1, 19, false],
])("46: a source of which %i readings came and %i failed is well: %s", (reads, failures, ok) => {
  const run = record({ resources: resources([{ name: "redis", reads, failures }]) });
  expect(sourcesAfter([run])).toMatchObject([{ name: "redis", ok }]);
});

it("what a run of a pull request found is told apart from what the night found; nights elsewhere are not told", () => {
  const night = record({ id: "20261123T020000Z-chat-api-aaaa", resources: WELL });
  const asked = record({ id: "20261124T120000Z-chat-api-aaaa", trigger: "pull_request", resources: AWAY });
  const before = record({ id: "20261125T020000Z-smoke-aaaa", scenario: "smoke", target: "unwatched", resources: AWAY });
  expect(sourcesAfter([night, asked, before]).map(({ name, trigger, ok }) => [name, trigger, ok])).toEqual([
    ["postgres", "cron", true],
    ["postgres", "pull_request", false],
    ["redis", "pull_request", true],
    ["process", "pull_request", false],
  ]);
});

it("nothing that a run of a pull request changes on the page could be taken for a night's", async () => {
  const good = record({ resources: WELL });
  const bad = record({
    ...{ verdict: "fail", reason: { code: "target_failed", text: "It failed." }, resources: AWAY },
    objectives: good.objectives.map((result) => ({ ...result, value: 9, verdict: "fail" as const })),
    measurements: Object.fromEntries(Object.entries(good.measurements).map(([name, m]) => [name, { ...m, value: 9 }])),
    telemetry: { prometheus: "incomplete", failed_pushes: 9 },
  });
  const [well, badly] = await Promise.all(
    [good, bad].map(async (run) => {
      const history = createHistory();
      history.note(good);
      history.note({ ...run, id: "20261124T120000Z-chat-api-aaaa", trigger: "pull_request" });
      const facts = fullFacts({ latest: history.latest(), sources: collectorsOf(history.latest(), CONFIG) });
      const exporter = createExporter({ facts: () => facts, version: "0", clock: systemClock, ofProcess: false });
      return samplesIn((await exporter.render()).text);
    }),
  );
  const changed = [...badly!].filter(([line]) => !well!.has(line)).map(([, labels]) => labels.trigger);
  expect(changed.length).toBeGreaterThan(50);
  expect(new Set(changed)).toEqual(new Set(["pull_request"]));
});

/** Each sample as one text, but for how long the daemon took to look. */
function samplesIn(page: string): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const samples = [...familiesOf(page).values()].flatMap((family) => family.samples);
  const steady = samples.filter(({ name }) => !name.includes("collector_duration"));
  return new Map(steady.map((sample) => [JSON.stringify(sample), sample.labels]));
}
