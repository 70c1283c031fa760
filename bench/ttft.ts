// How true a time to first token is: streams of a provider that writes down what it sends when, measured by the
// product as it is, at several numbers of streams at the same time.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { jsonOf, timed } from "./timed.ts";

const TRUE_MS = 300;
const TOKENS = 40;
const GAP_MS = 50;
const THINK_MS = 500;
/** A stream, and a pause before the next: so many users hold one stream on average. */
const USERS_PER_STREAM = (TRUE_MS + TOKENS * GAP_MS + THINK_MS) / (TRUE_MS + TOKENS * GAP_MS);
export const WARMUP_SECONDS = 12;

export type StreamTraffic = "stream" | "websocket";

/** One row of the table; times in milliseconds, `undefined` where the run gave none. */
export interface TtftRow {
  readonly traffic: StreamTraffic;
  readonly streams: number;
  /** Streams that were open at the same time in the judged window on average, as the provider counted them. */
  readonly open: number;
  readonly answers: number;
  readonly measured: Quantiles;
  /** The same of what the provider (WebSocket: the chatbot) wrote down. */
  readonly truth: Quantiles;
  /** The same where it looked at each request as late as it may have: the true quantiles lie between. */
  readonly latest: Quantiles;
  readonly failed: number;
  readonly verdict: string;
  readonly reason: string;
  /** User and system time of Chatbench, its probe and k6, per second and stream. */
  readonly cpuPerStream: number;
}

interface Quantiles {
  readonly p50?: number;
  readonly p99?: number;
}

export interface TtftOptions {
  readonly root: string;
  readonly k6: string;
  readonly traffic: StreamTraffic;
  readonly streams: number;
  readonly seconds: number;
}

/** One number of streams, on a provider (for WebSocket: with the reference chatbot before it) of its own. */
export async function measureTtft(options: TtftOptions): Promise<TtftRow> {
  const demo = await startDemo(options);
  const folder = mkdtempSync(join(tmpdir(), "chatbench-ttft-"));
  try {
    writeFileSync(join(folder, "chatbench.yml"), configOf(options, demo));
    const command = [process.execPath, join(options.root, "dist/src/main.js"), "run", "streams", "--json"];
    const env = { PATH: process.env.PATH ?? "", HOME: folder, CHATBENCH_K6: options.k6 };
    const run = await timed({ command, cwd: folder, env });
    return await rowOf(options, demo, { output: run.output, cpuSeconds: run.cpuSeconds });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    demo.child.kill("SIGTERM");
    await demo.ended;
  }
}

interface Demo {
  readonly child: ChildProcess;
  readonly provider: string;
  readonly chatbot: string;
  readonly ended: Promise<unknown>;
}

async function startDemo({ root, streams, traffic }: TtftOptions): Promise<Demo> {
  const part = traffic === "stream" ? ["--part", "provider"] : [];
  const args = [
    ...[join(root, "dist/demo/main.js"), "--provider-port", "0", "--chatbot-port", "0", ...part],
    ...["--latency", "constant", "--first-token-ms", String(TRUE_MS), "--concurrency", String(streams * 4)],
    ...["--stream", `tokens=${TOKENS}, gap_ms=${GAP_MS}, role_ms=0`],
  ];
  // A young generation that holds what streams at work need: collecting it often would be seen in what they send.
  const child = spawn(process.execPath, ["--max-semi-space-size=64", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {},
  });
  const ended = once(child, "exit");
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const { provider, chatbot } = JSON.parse(line) as { provider: string; chatbot?: string };
  return { child, provider, chatbot: chatbot ?? provider, ended };
}

function configOf({ root, streams, traffic, seconds }: TtftOptions, demo: Demo): string {
  const script = traffic === "stream" ? "k6_stream_test.ts" : "k6_websocket_test.ts";
  const users = Math.round(streams * USERS_PER_STREAM);
  const params = { think_time_seconds: THINK_MS / 1000, turns: 1, repeat_share: 0 };
  return JSON.stringify({
    scripts: join(root, "load_tests"),
    results: { folder: "results" },
    targets: { demo: { base_url: traffic === "stream" ? demo.provider : demo.chatbot } },
    scenarios: {
      streams: {
        ...{ script: join(root, "load_tests", script), target: "demo", traffic, params },
        pattern: { name: "sustained", users, duration: `${seconds}s`, warmup: `${WARMUP_SECONDS}s` },
        objectives: { ttft_p50: "< 10s", ttft_p99: "< 10s" },
      },
    },
  });
}

interface Entry {
  readonly index: number;
  readonly received_at_ms: number;
  readonly received_late_ms: number;
  readonly ended_ms?: number;
  readonly chunks: readonly (readonly [string, number])[];
}

/** Pages through what the asked one wrote down. */
async function ledgerOf(asked: string): Promise<readonly Entry[]> {
  const all: Entry[] = [];
  for (;;) {
    const answer = await fetch(`${asked}/v1/ledger?after=${all.at(-1)?.index ?? -1}&limit=500`);
    const { entries } = (await answer.json()) as { readonly entries: readonly Entry[] };
    if (entries.length === 0) return all;
    all.push(...entries);
  }
}

interface RunJson {
  readonly runs: readonly {
    readonly verdict: string | null;
    readonly reason: { readonly code: string; readonly text: string } | null;
    readonly measurements: Readonly<Record<string, { readonly value: number } | undefined>>;
    readonly trials: readonly {
      readonly facts?: {
        readonly window: { readonly startedAt: number; readonly seconds: number };
        readonly requests: { readonly count: number; readonly failed: number };
        readonly stream?: { readonly ttft: { readonly quantiles: readonly (readonly [number, number])[] } };
      };
    }[];
  }[];
}

async function rowOf(
  { traffic, streams }: TtftOptions,
  demo: Demo,
  { output, cpuSeconds }: { readonly output: string; readonly cpuSeconds: number },
): Promise<TtftRow> {
  const [run] = (JSON.parse(jsonOf(output)) as RunJson).runs;
  const facts = run?.trials[0]?.facts;
  if (run === undefined || facts === undefined) throw new Error(`the run gave nothing: ${output.slice(0, 2_000)}`);
  const { startedAt, seconds } = facts.window;
  // Whoever was asked tells when it wrote: the chatbot's own time before that is none of the measurement.
  const judged = (await ledgerOf(traffic === "stream" ? demo.provider : demo.chatbot)).filter(
    ({ received_at_ms: at }) => at >= startedAt && at < startedAt + seconds * 1000,
  );
  const firstContent = ({ chunks }: Entry): number | undefined => chunks.find(([kind]) => kind === "content")?.[1];
  const truth = judged.flatMap((entry) => firstContent(entry) ?? []);
  const latest = judged.flatMap((entry) => (firstContent(entry) ?? NaN) + entry.received_late_ms || []);
  const openMs = judged.reduce((sum, { ended_ms: ms = 0 }) => sum + ms, 0);
  // What the run reports; what it does not report because it is invalid is shown all the same: it is what it refused.
  const quantile = (q: number): number | undefined => {
    const value = facts.stream?.ttft.quantiles.find(([at]) => Math.abs(at - q) < 1e-9)?.[1];
    return value === undefined ? undefined : value * 1000;
  };
  return {
    ...{ traffic, streams, open: openMs / (seconds * 1000), answers: facts.requests.count },
    measured: defined(quantile(0.5), quantile(0.99)),
    truth: defined(quantileOf(truth, 0.5), quantileOf(truth, 0.99)),
    latest: defined(quantileOf(latest, 0.5), quantileOf(latest, 0.99)),
    failed: facts.requests.failed,
    verdict: run.verdict ?? "none",
    reason: run.reason?.code ?? "",
    cpuPerStream: cpuSeconds / (WARMUP_SECONDS + seconds) / streams,
  };
}

function defined(p50: number | undefined, p99: number | undefined): Quantiles {
  return { ...(p50 !== undefined && { p50 }), ...(p99 !== undefined && { p99 }) };
}

function quantileOf(values: readonly number[], q: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}
