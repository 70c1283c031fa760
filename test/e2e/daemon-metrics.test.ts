import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { CATALOGUE, type Metric } from "../../src/exporter/index.ts";
import { configure, spawnDaemon, type DaemonProcess } from "../support/daemon.ts";
import { familiesOf, type Family } from "../support/metrics-page.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { startServer, type TestServer } from "../support/server.ts";

// The page of a real daemon after one run of real k6, against the catalogue, in both directions.

const METRICS = new Map<string, Metric>(CATALOGUE.flatMap(({ metrics }) => metrics).map((one) => [one.name, one]));
/** What a daemon with one scheduled scenario of plain requests has nothing to say of. */
const UNSAID: readonly RegExp[] = [
  /^chatbench_last_run_(ttft|first_byte|tpot|inter_chunk|output_tokens|goodput)_/, // no streams
  /^chatbench_last_run_(max_passing|first_failing)_/, // no ladder of loads
  /^chatbench_last_run_(network|cache_hit)_|^chatbench_cache_(requests|hits)_total$/, // no collectors
  /^chatbench_objective_(?!latency_p95_|error_rate_)|^chatbench_missed_objective_value$/, // not set, or met
  /^chatbench_newest_run_reason_info$/, // it finished
  /^chatbench_target_uptime_/, // no Prometheus
];
/** What depends on the machine: a thousand answers within the run, and turns of the event loop since the last look. */
const SOMETIMES = /^chatbench_last_run_latency_p99_seconds$|^nodejs_eventloop_lag_(mean|stddev)_seconds$/;
const live = {} as { postgres: TestPostgres; target: TestServer; folder: string; daemon: DaemonProcess };
let page: ReadonlyMap<string, Family>;

beforeAll(async () => {
  live.postgres = await startPostgres();
  live.target = await startServer();
  live.folder = await mkdtemp(join(tmpdir(), "chatbench-page-"));
  const chat = "pattern: { name: smoke, users: 1, duration: 2s, warmup: 0s }, schedule: { cron: '0 2 * * *' }";
  await configure(live.folder, {
    baseUrl: live.target.url,
    scenarios: { chat: `${chat}, objectives: { latency_p95: "< 500ms", error_rate: "< 1%" }` },
  });
  live.daemon = await spawnDaemon(live.folder, { DATABASE_URL: live.postgres.url });
  await live.daemon.ended(await live.daemon.start("chat"));
  const told = async (): Promise<void> => expect(await live.daemon.metrics()).toContain("chatbench_last_run_info{");
  await vi.waitFor(told, { timeout: 30_000, interval: 100 });
  page = familiesOf(await live.daemon.metrics());
});
afterAll(async () => {
  await live.daemon.stop();
  await live.target.close();
  await live.postgres.stop();
  await rm(live.folder, { recursive: true, force: true });
});

it("says nothing that the catalogue does not know, in other words or with other labels", () => {
  for (const { name, type, help, samples } of page.values()) {
    expect({ name, type, help }).toEqual({ name, type: METRICS.get(name)?.type, help: METRICS.get(name)?.help });
    const known = [...(METRICS.get(name)?.labels ?? []), ...(type === "histogram" ? ["le"] : [])];
    if (!name.startsWith("chatbench_")) continue;
    for (const { labels } of samples)
      expect([name, Object.keys(labels).filter((label) => !known.includes(label))]).toEqual([name, []]);
  }
});

it("says all that the catalogue promises, but for what this daemon has nothing to say of", () => {
  const unsaid = (name: string): boolean => UNSAID.some((one) => one.test(name));
  const said = new Set([...page.values()].filter(({ samples }) => samples.length > 0).map(({ name }) => name));
  expect([...METRICS.keys()].filter((name) => !said.has(name) && !unsaid(name) && !SOMETIMES.test(name))).toEqual([]);
  expect([...said].filter(unsaid)).toEqual([]);
});

it("names the build with every label that is promised", () => {
  const [build] = page.get("chatbench_build_info")?.samples ?? [];
  expect(Object.keys(build?.labels ?? {}).sort()).toEqual(["nodeversion", "revision", "version"]);
  expect(build?.labels.revision).toMatch(/^[0-9a-f]{12}(-dirty)?$/);
});
