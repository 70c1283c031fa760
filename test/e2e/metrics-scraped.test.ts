import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createExporter } from "../../src/exporter/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { findPrometheus, startPrometheus, type RunningPrometheus } from "../../src/stack/prometheus.ts";
import { fullFacts, record } from "../support/exporter-facts.ts";
import { ROOT } from "../support/k6.ts";

// One page, scraped by a real Prometheus in the format that it likes best and in each that a scraper may ask for.
const PATIENCE = { timeout: 60_000, interval: 200 };

/** What each job is served as, by the header Accept that takes the place of Prometheus' own; undefined: its own. */
const JOBS: Readonly<Record<string, string | undefined>> = {
  own: undefined,
  text: "text/plain;version=0.0.4",
  newer_text: "text/plain;version=1.0.0;escaping=allow-utf-8",
  openmetrics: "application/openmetrics-text;version=1.0.0",
  openmetrics_draft: "application/openmetrics-text;version=0.0.1",
};

const live = { folder: "", types: new Map<string, string>() } as {
  folder: string;
  /** The content type that each job was answered with. */
  types: Map<string, string>;
  server: Server;
  prometheus: RunningPrometheus;
};

beforeAll(async () => {
  live.folder = await mkdtemp(join(tmpdir(), "chatbench-scraped-"));
  // A clock that stands still: sources tell how long they took, and every job must see the same.
  const clock = { ...systemClock, now: () => 1e12 };
  const exporter = createExporter({ facts: () => fullFacts(), version: "0.1.0", clock, ofProcess: false });
  exporter.events.runEnded(record());
  exporter.events.runBegan(2);
  exporter.events.httpAnswered("/metrics", { method: "GET", code: 200, seconds: 0.004 });
  live.server = createServer((request, response) => {
    const job = request.url?.slice(1) ?? "";
    void exporter.render(JOBS[job] ?? request.headers.accept).then(({ contentType, text }) => {
      live.types.set(job, contentType);
      response.writeHead(200, { "content-type": contentType }).end(text);
    });
  }).listen(0, "127.0.0.1");
  await once(live.server, "listening");
  const target = `127.0.0.1:${String((live.server.address() as AddressInfo).port)}`;
  const configuration = {
    global: { scrape_interval: "1s" },
    scrape_configs: Object.keys(JOBS).map((job) => ({
      ...{ job_name: job, metrics_path: `/${job}` },
      static_configs: [{ targets: [target] }],
    })),
  };
  const configFile = join(live.folder, "prometheus.yml");
  await writeFile(configFile, JSON.stringify(configuration));
  const program = await findPrometheus(process.env.PATH ?? "", join(ROOT, ".tools"));
  if (program === undefined) throw new Error("No prometheus on PATH or in .tools/bin: npm run setup unpacks it.");
  const started = await startPrometheus({ program, folder: join(live.folder, "data"), configFile, clock: systemClock });
  if ("problem" in started) throw new Error(started.problem);
  live.prometheus = started.prometheus;
});

afterAll(async () => {
  await live.prometheus.stop();
  live.server.closeAllConnections();
  live.server.close();
  await rm(live.folder, { recursive: true, force: true });
});

async function ask(query: string): Promise<readonly { metric: Record<string, string>; value: [number, string] }[]> {
  const answer = await fetch(`${live.prometheus.url}/api/v1/query?query=${encodeURIComponent(query)}`);
  return ((await answer.json()) as { data: { result: { metric: Record<string, string>; value: [number, string] }[] } })
    .data.result;
}

/** Every series of a job with its value, without what tells the jobs apart. */
async function seriesOf(job: string): Promise<readonly string[]> {
  const found = await ask(`{job="${job}", __name__=~"chatbench_.+"}`);
  const told = (metric: Record<string, string>): [string, string][] =>
    Object.entries(metric).filter(([label]) => label !== "job" && label !== "instance");
  return found.map(({ metric, value }) => JSON.stringify([told(metric), value[1]])).sort();
}

it("a real Prometheus reads every format, likes OpenMetrics best, and finds the same series in each", async () => {
  await vi.waitFor(async () => expect(await ask("up == 1")).toHaveLength(Object.keys(JOBS).length), PATIENCE);
  expect(live.types.get("own")).toMatch(/^application\/openmetrics-text; version=1\.0\.0; charset=utf-8/);
  expect([...live.types.values()].filter((type) => type.startsWith("text/plain"))).toHaveLength(2);
  const own = await seriesOf("own");
  expect(own.length).toBeGreaterThan(150);
  for (const job of Object.keys(JOBS)) expect([job, await seriesOf(job)]).toEqual([job, own]);
  // Types and helps arrive with the page; those of counters under the name without or with its ending, by format.
  const answer = await fetch(
    `${live.prometheus.url}/api/v1/targets/metadata?match_target=${encodeURIComponent('{job="own"}')}`,
  );
  const { data } = (await answer.json()) as { data: readonly { metric: string; type: string; unit: string }[] };
  expect(data.find(({ metric }) => metric === "chatbench_build" || metric === "chatbench_build_info")?.type).toBe(
    "info",
  );
  expect(data.find(({ metric }) => metric === "chatbench_last_run_latency_p95_seconds")?.unit).toBe("seconds");
});
