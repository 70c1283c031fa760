// The server of every trial: the simulated provider as a process of its own, which writes down what it sends when.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

export const TRUE_MS = 300;
export const TOKENS = 40;
export const GAP_MS = 50;
export const STREAM_SECONDS = (TRUE_MS + TOKENS * GAP_MS) / 1000;
export const THINK_SECONDS = 0.5;
/** Of the first seconds of a load nobody says anything: its users are still arriving. */
const SETTLE_MS = 5_000;

export interface Truth {
  /** Times to first token as sent, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** The same where it looked at each request as late as it may have: the true quantiles lie between. */
  readonly latest: { readonly p50: number; readonly p99: number };
  /** Streams that were open at the same time on average, after the load had settled. */
  readonly open: number;
}

export interface Provider {
  readonly url: string;
  /** Undefined where nothing was asked for. */
  truth(): Promise<Truth | undefined>;
  stop(): Promise<void>;
}

/** A provider that never makes anybody wait in line, on a free port. */
export async function startProvider(root: string, streams: number): Promise<Provider> {
  const args = [
    ...[join(root, "dist/demo/main.js"), "--part", "provider", "--provider-port", "0"],
    ...["--latency", "constant", "--first-token-ms", String(TRUE_MS), "--concurrency", String(streams * 4)],
    ...["--stream", `tokens=${TOKENS}, gap_ms=${GAP_MS}, role_ms=0`],
  ];
  const child = spawn(process.execPath, ["--max-semi-space-size=64", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {},
  });
  const ended = once(child, "exit");
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const { provider } = JSON.parse(line) as { readonly provider: string };
  return {
    url: provider,
    truth: async () => truthOf(await ledgerOf(provider)),
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

export interface Entry {
  readonly index: number;
  readonly received_at_ms: number;
  readonly received_late_ms: number;
  readonly ended_ms?: number;
  readonly chunks: readonly (readonly [string, number])[];
}

async function ledgerOf(provider: string): Promise<readonly Entry[]> {
  const all: Entry[] = [];
  for (;;) {
    const answer = await fetch(`${provider}/v1/ledger?after=${all.at(-1)?.index ?? -1}&limit=500`);
    const { entries } = (await answer.json()) as { readonly entries: readonly Entry[] };
    if (entries.length === 0) return all;
    all.push(...entries);
  }
}

/** What was sent, and how many streams were open between the settling and the last request. */
export function truthOf(entries: readonly Entry[]): Truth | undefined {
  const received = entries.map(({ received_at_ms: at }) => at);
  const [from, to] = [Math.min(...received) + SETTLE_MS, Math.max(...received)];
  const settled = entries.filter(({ received_at_ms: at }) => at >= from && at <= to);
  const firsts = settled.flatMap(({ chunks, received_late_ms: lateMs }) => {
    const first = chunks.find(([kind]) => kind === "content")?.[1];
    return first === undefined ? [] : [{ first, lateMs }];
  });
  if (firsts.length === 0 || to <= from) return undefined;
  const openMs = settled.reduce((sum, { ended_ms: ms = 0 }) => sum + ms, 0);
  return {
    ...quantilesOf(firsts.map(({ first }) => first)),
    latest: quantilesOf(firsts.map(({ first, lateMs }) => first + lateMs)),
    open: openMs / (to - from),
  };
}

/** Of at least one value. */
function quantilesOf(values: readonly number[]): { readonly p50: number; readonly p99: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
  return { p50: at(0.5), p99: at(0.99) };
}
