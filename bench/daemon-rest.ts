// What the daemon costs with much behind it: memory, /metrics, the list of runs, its start.
import { setTimeout as sleep } from "node:timers/promises";
import type { DaemonFindings, Figure } from "./daemon-figure.ts";
import { pastRuns, scenarioName, scheduledConfig, storeRuns, writeFolders, type PastRun } from "./daemon-fill.ts";
import { DATABASES, inPlace, type DatabaseName, type Place } from "./daemon-place.ts";
import { askEvenly, type Answered } from "./daemon-requests.ts";
import type { DaemonProcess } from "./daemon-process.ts";
import type { Options } from "./options.ts";

type Work = (place: Place) => Promise<readonly Figure[]>;

async function withEach(config: string, work: Work): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const database of DATABASES) {
    const found = await inPlace(database, config, work);
    if (!("problem" in found)) figures.push(...found);
  }
  return figures;
}

const REST_SCENARIOS = 100;
const SCRAPE_SECONDS = 15;

/** Resident memory of a daemon that has nothing to do but to wait for the next slot. */
export async function measureMemory({ quick }: Options): Promise<DaemonFindings> {
  const seconds = quick ? 5 : 45;
  const limits: Record<DatabaseName, number> = { PostgreSQL: 120, PGlite: 400 };
  const figures = await withEach(scheduledConfig(REST_SCENARIOS), async ({ daemon, database, folder }) => {
    writeFolders(folder, pastRuns(REST_SCENARIOS * 5, REST_SCENARIOS));
    const first = await daemon(); // makes the tables and stores the records
    await sleep(1_000);
    await first.stop();
    const rested = await daemon();
    const values: number[] = [];
    for (let second = 0; second < seconds; second += 1) {
      if (second % SCRAPE_SECONDS === 0) await rested.get("/metrics");
      await sleep(1_000);
      values.push(rested.residentMib());
    }
    return [{ what: `resident memory, ${database}`, unit: "MiB", limit: limits[database], values: values.slice(-15) }];
  });
  return {
    title: "The daemon at rest",
    text: `${REST_SCENARIOS} scenarios with a schedule and five past runs each; \`/metrics\` is asked every ${SCRAPE_SECONDS} s. The first half minute after the start is left out: V8 gives back then what the start had needed. With PGlite the database is in the daemon's process.`,
    figures,
  };
}

/** Of the page for Prometheus, while nothing runs. */
export async function measureMetrics({ quick }: Options): Promise<DaemonFindings> {
  const [perSecond, seconds, scenarios] = [50, quick ? 10 : 60, 41];
  const found = await inPlace("PostgreSQL", scheduledConfig(scenarios), async ({ daemon, folder }) => {
    writeFolders(folder, pastRuns(scenarios * 10, scenarios));
    const started = await daemon();
    await askEvenly(started.url, ["/metrics"], { perSecond, seconds: 2 });
    const before = started.cpuSeconds();
    const answered = await askEvenly(started.url, ["/metrics"], { perSecond, seconds });
    const cpuMs = (1000 * (started.cpuSeconds() - before)) / answered.requests;
    const series = answered.text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
    return { answered, series, cpuMs };
  });
  if ("problem" in found) return { title: "/metrics", text: `Not measured: ${found.problem}`, figures: [] };
  const { answered, series, cpuMs } = found;
  return {
    title: "/metrics under load",
    text: `A page of ${series} series, asked for ${perSecond} times a second for ${seconds} s at an even pace.`,
    figures: [
      ...latencies(answered, { of: "", p99: 50 }),
      { what: "CPU of the daemon for a page", unit: "ms", values: [cpuMs] },
    ],
  };
}

function latencies(
  answered: Answered,
  { of, p95, p99 }: { of: string; p95?: number; p99?: number },
): readonly Figure[] {
  const { p50Ms, p95Ms, p99Ms, errors } = answered;
  return [
    { what: `P50${of}`, unit: "ms", values: [p50Ms] },
    { what: `P95${of}`, unit: "ms", values: [p95Ms], ...(p95 === undefined ? {} : { limit: p95 }) },
    { what: `P99${of}`, unit: "ms", values: [p99Ms], ...(p99 === undefined ? {} : { limit: p99 }) },
    { what: `errors of ${answered.requests}${of}`, unit: "count", values: [errors], limit: 1 },
  ];
}

/** Of the list of runs over many stored ones, by all that it can be limited to. */
export async function measureList({ quick }: Options): Promise<DaemonFindings> {
  const [count, perSecond, seconds, scenarios] = [quick ? 10_000 : 100_000, 100, quick ? 3 : 20, 50];
  const limits: Record<DatabaseName, number> = { PostgreSQL: 60, PGlite: 150 };
  const runs = pastRuns(count, scenarios);
  const middle = runs[Math.floor(count / 2)]?.id ?? "";
  const queries = [
    "",
    `?scenario=${scenarioName(7)}`,
    `?before=${middle}`,
    "?trigger=manual",
    "?state=finished&limit=100",
  ];
  const paths = queries.map((query) => `/api/v1/runs${query}`);
  const figures = await withEach(scheduledConfig(scenarios), async ({ daemon, database, fill }) => {
    await fill((ask) => storeRuns(ask, runs));
    const { url } = await daemon();
    await askEvenly(url, paths, { perSecond, seconds: 1 });
    const answered = await askEvenly(url, paths, { perSecond, seconds });
    return latencies(answered, { of: `, ${database}`, p95: limits[database] });
  });
  return {
    title: "GET /api/v1/runs",
    text: `${count} stored runs, ${perSecond} requests a second for ${seconds} s at an even pace: the newest, of a scenario, of a trigger, of a state (100 of them), and a page from the middle, in turn.`,
    figures,
  };
}

/** From the command until the daemon says that it is ready, with much behind it. */
export async function measureStart({ quick }: Options): Promise<DaemonFindings> {
  const [count, scenarios, repeats] = [quick ? 5_000 : 100_000, 500, quick ? 1 : 5];
  const limits: Record<DatabaseName, number> = { PostgreSQL: 3_000, PGlite: 6_000 };
  const runs = pastRuns(count, scenarios);
  const figures = await withEach(scheduledConfig(scenarios), async (place) => {
    const readyMs = await startsOf(place, runs, repeats);
    const { database } = place;
    return [{ what: `from the command to ready, ${database}`, unit: "ms", limit: limits[database], values: readyMs }];
  });
  return {
    title: "The start of the daemon",
    text: `${scenarios} scheduled scenarios, ${count} runs in the database and as folders on the disk. Ready: \`/-/ready\` says so.`,
    figures,
  };
}

async function startsOf(
  { folder, daemon, fill }: Place,
  runs: readonly PastRun[],
  repeats: number,
): Promise<readonly number[]> {
  await fill((ask) => storeRuns(ask, runs));
  writeFolders(folder, runs);
  const values: number[] = [];
  for (let i = 0; i < repeats; i += 1) {
    const started: DaemonProcess = await daemon();
    values.push(started.readyMs);
    await started.stop();
  }
  return values;
}
