import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { timed } from "../timed.ts";
import { startProvider, STREAM_SECONDS, THINK_SECONDS } from "./provider.ts";
import type { Tool, Trial } from "./trial.ts";

const WARMUP_SECONDS = 8;

export interface LocustOptions {
  readonly root: string;
  readonly python: string;
  readonly seconds: number;
  /** Locust's own way to more than one core. */
  readonly processes: number;
  /**
   * Which of its users (locust_sse.py): the one that people write, or one tuned by hand that tells of each chunk, as
   * Chatbench does, or of the first token alone.
   */
  readonly user: "plain" | "each chunk" | "first token only";
}

interface Told {
  readonly ttft_ms: readonly number[];
  readonly failed: number;
  readonly answers: number;
  readonly cpu_seconds: number;
}

/** Locust with an SSE user. */
export function locustTool(options: LocustOptions): Tool {
  const { root, seconds, processes, user } = options;
  const how = user === "plain" ? "HttpUser" : `tuned, ${user}`;
  return {
    name: `Locust 2.47, ${how}, ${processes === 1 ? "one process" : `${processes} processes`}`,
    kind: user === "plain" ? "as people run it" : user === "each chunk" ? "tuned" : "tuned to tell less",
    async run(streams) {
      const provider = await startProvider(root, streams);
      const folder = mkdtempSync(join(tmpdir(), "chatbench-locust-"));
      try {
        const { cpuSeconds } = await timed({
          command: commandOf(options, { url: provider.url, streams }),
          cwd: folder,
          env: {
            ...{ PATH: process.env.PATH ?? "", HOME: folder, PEER_OUT: folder, PYTHONDONTWRITEBYTECODE: "1" },
            ...{ PEER_JUDGED_FROM: String(WARMUP_SECONDS), PEER_THINK_SECONDS: String(THINK_SECONDS) },
            ...(user === "each chunk" && { PEER_EVERY_CHUNK: "1" }),
          },
        });
        const truth = await provider.truth();
        const told = readAll(folder);
        // A master does not wait for its workers, so that its own times do not hold theirs.
        const workers = processes === 1 ? 0 : told.reduce((sum, worker) => sum + worker.cpu_seconds, 0);
        const shared = { streams, loadSeconds: WARMUP_SECONDS + seconds, cpuSeconds: cpuSeconds + workers };
        return { ...shared, ...(truth && { truth }), ...measuredIn(told) };
      } finally {
        await provider.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

function commandOf(options: LocustOptions, { url, streams }: { url: string; streams: number }): readonly string[] {
  const { root, python, seconds, processes, user } = options;
  const users = Math.round((streams * (STREAM_SECONDS + THINK_SECONDS)) / STREAM_SECONDS);
  const script = join(root, "dist/bench/streams/locust_sse.py");
  return [
    ...[python, "-m", "locust", "-f", script, "--headless", "--only-summary", "--host", url],
    ...["-u", String(users), "-r", String(Math.max(1, Math.ceil(users / 4))), "-t", `${WARMUP_SECONDS + seconds}s`],
    ...["--stop-timeout", "10", "--exit-code-on-error", "0"],
    ...(processes === 1 ? [] : ["--processes", String(processes)]),
    user === "plain" ? "Plain" : "Tuned",
  ];
}

function measuredIn(told: readonly Told[]): Pick<Trial, "answers" | "failed" | "measured"> {
  const times = told.flatMap(({ ttft_ms: ms }) => ms).sort((a, b) => a - b);
  const at = (q: number): number => times[Math.min(times.length - 1, Math.floor(q * times.length))] ?? NaN;
  return {
    answers: times.length,
    failed: told.reduce((sum, { failed }) => sum + failed, 0),
    ...(times.length > 0 && { measured: { p50: at(0.5), p99: at(0.99) } }),
  };
}

function readAll(folder: string): readonly Told[] {
  const files = readdirSync(folder).filter((name) => /^\d+\.json$/.test(name));
  return files.map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Told);
}
