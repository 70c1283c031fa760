import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { timed } from "../timed.ts";
import { startProvider, STREAM_SECONDS, TOKENS } from "./provider.ts";
import type { Tool } from "./trial.ts";

const WARMUP_SECONDS = 5;

export interface AiperfOptions {
  readonly root: string;
  /** Where `--prepare` put AIPerf and its tokenizer. */
  readonly peers: string;
  readonly seconds: number;
}

interface Report {
  readonly time_to_first_token?: { readonly p50: number; readonly p99: number; readonly count: number };
  readonly error_request_count?: { readonly avg: number };
}

/**
 * AIPerf by arrivals at a rate that holds as many streams on average: its users without pauses would all begin, and be
 * answered, in the same instants.
 */
export function aiperfTool({ root, peers, seconds }: AiperfOptions): Tool {
  return {
    ...{ name: "AIPerf 0.13", kind: "as people run it" },
    async run(streams) {
      const provider = await startProvider(root, streams);
      const folder = mkdtempSync(join(tmpdir(), "chatbench-aiperf-"));
      const loadSeconds = WARMUP_SECONDS + seconds;
      try {
        const command = [
          ...[join(peers, "aiperf/bin/aiperf"), "profile", "-m", "sim", "--url", provider.url, "--ui", "none"],
          ...["--endpoint-type", "chat", "--streaming", "--request-rate", (streams / STREAM_SECONDS).toFixed(2)],
          ...["--benchmark-duration", String(loadSeconds), "--tokenizer", "local/tiny", "--artifact-dir", folder],
          ...[
            "--synthetic-input-tokens-mean",
            "20",
            "--output-tokens-mean",
            String(TOKENS),
            "--use-server-token-count",
          ],
        ];
        const offline = { HF_HUB_CACHE: join(peers, "hub"), HF_HUB_OFFLINE: "1", TRANSFORMERS_OFFLINE: "1" };
        const env = { PATH: process.env.PATH ?? "", HOME: folder, LANG: "C.UTF-8", ...offline };
        const run = await timed({ command, cwd: folder, env });
        const path = join(folder, "profile_export_aiperf.json");
        const report = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Report) : {};
        const truth = await provider.truth();
        const ttft = report.time_to_first_token;
        return {
          ...{ streams, loadSeconds, cpuSeconds: run.cpuSeconds, answers: ttft?.count ?? 0 },
          failed: report.error_request_count?.avg ?? 0,
          ...(ttft && { measured: { p50: ttft.p50, p99: ttft.p99 } }),
          ...(truth && { truth }),
        };
      } finally {
        await provider.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}
