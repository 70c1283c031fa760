import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DaemonFindings } from "./daemon-figure.ts";
import { DATABASES, inPlace, type DatabaseName, type Place } from "./daemon-place.ts";
import type { DaemonProcess } from "./daemon-process.ts";
import { createShim, type K6Call, type K6Shim } from "./k6-shim.ts";
import type { Options } from "./options.ts";
import { startTarget } from "./target-client.ts";

const PATIENCE_MS = 120_000;
const SAMPLE_MS = 50;
const LOOK_MS = 5;

const script = (rate: number, seconds: number): string => `import http from "k6/http";
import { check } from "k6";
export const options = { scenarios: { load: {
  executor: "constant-arrival-rate", rate: ${rate}, timeUnit: "1s", duration: "${seconds}s",
  preAllocatedVUs: 50, maxVUs: 200,
} } };
export default function () {
  const answer = http.get(__ENV.CHATBENCH_TARGET_URL + "/chat");
  check(answer, { "status is 200": (a) => a.status === 200 });
}
`;

const configOf = (url: string): string => `targets: { bot: { base_url: "${url}" } }
scenarios:
  long: { script: load_tests/long.js, target: bot, pattern: own }
  short: { script: load_tests/short.js, target: bot, pattern: own }
`;

export interface RunPlan {
  readonly k6: string;
  readonly rate: number;
  readonly longSeconds: number;
  /** Runs of a second, for the times. */
  readonly shortRuns: number;
}

export function runPlanOf(k6: string, { rate, quick }: Options): RunPlan {
  return { k6, rate, longSeconds: quick ? 5 : 30, shortRuns: quick ? 2 : 10 };
}

type Work<T> = (place: {
  readonly daemon: DaemonProcess;
  readonly shim: K6Shim;
  readonly database: DatabaseName;
}) => Promise<T>;

/** Once with each database: a daemon whose k6 notes its times, against a cheap server. */
async function withEach<T>(plan: RunPlan, work: Work<T>): Promise<readonly (T | { readonly problem: string })[]> {
  const results: (T | { readonly problem: string })[] = [];
  for (const database of DATABASES) {
    const target = await startTarget();
    const inside = async (place: Place): Promise<T> => {
      writeFileSync(join(place.folder, "load_tests/long.js"), script(plan.rate, plan.longSeconds));
      writeFileSync(join(place.folder, "load_tests/short.js"), script(plan.rate, 1));
      const shim = createShim(place.folder, plan.k6);
      const daemon = await place.daemon({ CHATBENCH_K6: shim.path });
      await sleep(1_000); // the start's own work is over
      return await work({ daemon, shim, database });
    };
    results.push(await inPlace(database, configOf(target.url), inside).finally(() => target.close()));
  }
  return results;
}

/** What the daemon takes of the machine while k6 makes load, and how long its event loop keeps anyone waiting. */
export async function measureRunCost(plan: RunPlan): Promise<DaemonFindings> {
  const found = await withEach(plan, async ({ daemon, shim, database }) => {
    await runOnce(daemon, shim, "short"); // code is loaded and compiled once
    await daemon.get("/metrics"); // from here on the delays are counted anew
    const samples: CpuSample[] = [];
    const timer = setInterval(() => samples.push({ at: Date.now(), cpu: daemon.cpuSeconds() }), SAMPLE_MS);
    const run = await runOnce(daemon, shim, "long").finally(() => clearInterval(timer));
    const lagMs = metricOf(run.page, "nodejs_eventloop_lag_p99_seconds") * 1000;
    const share = (from: number, to: number): number =>
      (100_000 * (cpuAt(samples, to) - cpuAt(samples, from))) / (to - from);
    return [
      {
        what: `CPU while k6 runs, ${database}`,
        unit: "%",
        limit: 3,
        values: [share(run.load.startedAt, run.load.endedAt)],
      },
      { what: `from the request to the verdict, ${database}`, unit: "%", values: [share(run.askedAt, run.seenAt)] },
      { what: `P99 of the event loop's delay, ${database}`, unit: "ms", limit: 20, values: [lagMs] },
    ] as const;
  });
  return {
    title: "The daemon during a run",
    text: `A run of ${plan.longSeconds} s at ${plan.rate} requests a second. CPU is user and system time of the daemon's process (with PGlite the database is in it), in percent of one core. The event loop's delay is measured by the daemon from before the run until its verdict, by a timer of 10 ms, which are in it.`,
    figures: found.flatMap((one) => ("problem" in one ? [] : one)),
  };
}

/** How long one waits for the daemon itself, before k6 and after it. */
export async function measureRunTimes(plan: RunPlan): Promise<DaemonFindings> {
  const found = await withEach(plan, async ({ daemon, shim, database }) => {
    const runs: OneRun[] = [];
    for (let i = 0; i < plan.shortRuns; i += 1) runs.push(await runOnce(daemon, shim, "short"));
    return [
      {
        what: `from POST to k6's start, without k6's own, ${database}`,
        unit: "ms",
        limit: 300,
        values: runs.map(waitBefore),
      },
      {
        what: `with k6's own (version, inspect), ${database}`,
        unit: "ms",
        values: runs.map((run) => run.load.startedAt - run.askedAt),
      },
      {
        what: `from k6's exit to the verdict on /metrics, ${database}`,
        unit: "ms",
        limit: 500,
        values: runs.map((run) => run.seenAt - run.load.endedAt),
      },
    ] as const;
  });
  return {
    title: "How long one waits for the daemon",
    text: "Runs of one second. k6 notes when it starts and ends; then `/metrics` is asked every few milliseconds, and its answer counts when it has come.",
    figures: found.flatMap((one) => ("problem" in one ? [] : one)),
  };
}

interface OneRun {
  readonly askedAt: number;
  readonly load: K6Call;
  readonly calls: readonly K6Call[];
  /** When the verdict was on /metrics. */
  readonly seenAt: number;
  readonly page: string;
}

/** Wall times in milliseconds. The page is asked for, again and again, when k6 has ended. */
async function runOnce(daemon: DaemonProcess, shim: K6Shim, scenario: "short" | "long"): Promise<OneRun> {
  shim.take();
  const askedAt = Date.now();
  const id = await daemon.startRun(scenario);
  while (Date.now() - askedAt < PATIENCE_MS) {
    await sleep(LOOK_MS);
    const calls = shim.look();
    const load = calls.find(({ what }) => what === "run");
    if (load === undefined) continue;
    // Each page begins the event loop's delays anew: of the long run there is to be one, at its end.
    if (scenario === "long" && !isOver(await daemon.get(`/api/v1/runs/${id}`))) continue;
    const page = await daemon.get("/metrics");
    if (page.includes(`run_id="${id}"`)) return { askedAt, load, calls, seenAt: Date.now(), page };
  }
  throw new Error(`the run ${id} had no verdict within ${PATIENCE_MS / 1000} s`);
}

function isOver(answer: string): boolean {
  return "schema" in (JSON.parse(answer) as object);
}

/** From the request to k6's start, less what k6 itself took meanwhile to say its version and to inspect the script. */
function waitBefore({ askedAt, load, calls }: OneRun): number {
  const before = calls.filter(({ what, startedAt }) => what !== "run" && startedAt < load.startedAt);
  const own = before.map(({ startedAt, endedAt }) => Math.min(endedAt, load.startedAt) - Math.max(startedAt, askedAt));
  return load.startedAt - askedAt - own.reduce((sum, ms) => sum + Math.max(0, ms), 0);
}

interface CpuSample {
  readonly at: number;
  readonly cpu: number;
}

/** By a straight line between the samples on both sides. */
function cpuAt(samples: readonly CpuSample[], at: number): number {
  const after = samples.findIndex((sample) => sample.at >= at);
  const [low, high] = [samples.at(Math.max(0, after - 1)), samples.at(after)];
  if (low === undefined || high === undefined) return NaN;
  const width = high.at - low.at;
  return width <= 0 ? high.cpu : low.cpu + ((at - low.at) / width) * (high.cpu - low.cpu);
}

function metricOf(page: string, name: string): number {
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(page)?.[1] ?? NaN);
}
