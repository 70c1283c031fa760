// Coordinated omission and the breaking point, against a truth that is set: a service that takes 500 ms, one request at
// a time, under 10 arrivals a second; and a provider that answers so many requests at a time.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startProvider } from "../demo/provider/server.ts";
import { createK6Engine } from "../src/engine/index.ts";
import { judge } from "../src/judge/index.ts";
import type { OpenLoad, RunId, RunRecord } from "../src/model/index.ts";
import { systemClock } from "../src/platform/clock.ts";
import { jsonOf, timed } from "./timed.ts";

const SERVICE_MS = 500;
const RATE = 10;
/** Arrivals, and the mean from the intended start that follows: 0.5 s for itself and 0.4 s for each one before it. */
export const OMISSION_CASES = [
  { arrivals: 8, trueSeconds: 1.9 },
  { arrivals: 101, trueSeconds: 20.5 },
] as const;

export interface OmissionRow {
  readonly arrivals: number;
  readonly trueSeconds: number;
  /** By the server's own clock: from taking a request up to its answer. */
  readonly serviceSeconds: number;
  readonly fromStartSeconds: number;
  readonly verdict: string;
}

const SCRIPT = `import http from "k6/http";
export default function () { http.get(__ENV.CHATBENCH_TARGET_URL); }
`;

/** Of eight requests no smaller share could be told. */
const OBJECTIVES = [{ measurement: "error_rate", comparator: "<", limit: 0.5, condition: "< 50%" }] as const;

/** One request at a time; the others wait in line, on the server's side. */
function serialServer(): { readonly server: Server; readonly servedMs: readonly number[] } {
  const servedMs: number[] = [];
  let line = Promise.resolve();
  const serve = async (response: ServerResponse): Promise<void> => {
    const begun = performance.now();
    await sleep(SERVICE_MS);
    response.end("{}");
    servedMs.push(performance.now() - begun);
  };
  const server = createServer((_request, response) => {
    line = line.then(() => serve(response));
  });
  return { server, servedMs };
}

/** A user for each arrival: none waits for another's answer. */
function loadOf(arrivals: number): OpenLoad {
  return {
    ...({ pattern: "sustained", users: arrivals, rate: RATE, arrivals: "constant", seed: 1 } as const),
    ...{ warmup: { seconds: 0, rate: RATE }, stages: [{ seconds: arrivals / RATE, rate: RATE }] },
  };
}

/** A figure beyond this is none to publish. */
const MOST_OFF = 0.02;

function asWanted(row: OmissionRow): OmissionRow {
  const { trueSeconds, serviceSeconds, fromStartSeconds, verdict } = row;
  const off = [fromStartSeconds / trueSeconds, serviceSeconds / (SERVICE_MS / 1000)].map((part) => Math.abs(part - 1));
  if (Math.max(...off) <= MOST_OFF && verdict === "pass") return row;
  throw new Error(`coordinated omission is not as wanted: ${JSON.stringify(row)}`);
}

/** One case of OMISSION_CASES through the engine as it is. */
export async function measureOmission(
  { arrivals, trueSeconds }: (typeof OMISSION_CASES)[number],
  { root, k6 }: { readonly root: string; readonly k6: string },
): Promise<OmissionRow> {
  const folder = mkdtempSync(join(tmpdir(), "chatbench-omission-"));
  const { server, servedMs } = serialServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const script = join(folder, "script.js");
    writeFileSync(script, SCRIPT);
    const engine = createK6Engine({
      ...{ search: { searchPath: "", folders: [], named: k6 }, inherited: process.env, clock: systemClock },
      runtimeFile: join(root, "dist/src/engine/k6/runtime.js"),
    });
    const baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const load = loadOf(arrivals);
    const scenario = {
      ...{ name: "omission", script, load, target: { name: "serial", baseUrl } },
      ...{ objectives: [], params: {}, env: {}, secrets: {} },
    };
    const work = {
      runId: "20261123T020000Z-omission-4k7q" as RunId,
      index: 0,
      trigger: "manual",
      folder,
      scenario,
    } as const;
    const never = new AbortController().signal;
    const { facts, timeline } = await engine.run(work, { stop: never, kill: never, onProgress: () => undefined });
    if (facts?.open === undefined) throw new Error("the run left no facts");
    const { verdict } = judge({ facts, timeline, objectives: OBJECTIVES, exitCode: 0 });
    const serviceSeconds = servedMs.reduce((sum, ms) => sum + ms, 0) / servedMs.length / 1000;
    return asWanted({ arrivals, trueSeconds, serviceSeconds, fromStartSeconds: facts.latency.mean, verdict });
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Answers at a time, and the users at which answers take 1.4 times as long as alone: the set knee. */
const CONCURRENCY = 10;
const ANSWER_MS = 100;
export const KNEE = 14;
export const STEP = 2;

export interface BreakpointRow {
  readonly maxPassing: number | undefined;
  readonly firstFailing: number | undefined;
}

const PROVIDER_SCRIPT = `import http from "k6/http";
const body = JSON.stringify({ model: "demo-small", messages: [{ role: "user", content: "Hello?" }], max_tokens: 1 });
const headers = { "content-type": "application/json" };
export default function () { http.post(__ENV.CHATBENCH_TARGET_URL + "/v1/chat/completions", body, { headers }); }
`;

/** One breakpoint run of the product, on a provider of its own. */
export async function measureBreakpoint({
  root,
  k6,
}: {
  readonly root: string;
  readonly k6: string;
}): Promise<BreakpointRow> {
  const folder = mkdtempSync(join(tmpdir(), "chatbench-breakpoint-"));
  const settings = {
    ...{ seed: 1, latency: { kind: "constant", typicalMs: ANSWER_MS } as const, tokensPerSecond: 100_000 },
    ...{ errorRate: 0, concurrency: CONCURRENCY, maxWaiting: 1000 },
  } as const;
  const provider = await startProvider(settings, { host: "127.0.0.1", port: 0 }, () => undefined);
  try {
    const limit = Math.round((ANSWER_MS * (KNEE + 0.5)) / CONCURRENCY);
    writeFileSync(join(folder, "script.js"), PROVIDER_SCRIPT);
    writeFileSync(
      join(folder, "chatbench.yml"),
      `scripts: .
targets: { provider: { base_url: "${provider.url}" } }
scenarios:
  knee:
    script: script.js
    target: provider
    pattern: { name: breakpoint, users: 24, from: 4, step: ${String(STEP)}, duration: 6s, warmup: 2s }
    objectives: { latency_p50: "< ${String(limit)}ms", max_passing_users: ">= 4" }
`,
    );
    const command = [process.execPath, join(root, "dist/src/main.js"), "run", "knee", "--json"];
    const env = { PATH: process.env.PATH ?? "", HOME: folder, CHATBENCH_K6: k6 };
    const { output } = await timed({ command, cwd: folder, env });
    const { runs } = JSON.parse(jsonOf(output)) as { readonly runs: readonly RunRecord[] };
    const ladder = runs[0]?.ladder;
    return { maxPassing: ladder?.max_passing, firstFailing: ladder?.first_failing };
  } finally {
    await provider.close(0);
    rmSync(folder, { recursive: true, force: true });
  }
}
