import { measureTtft, WARMUP_SECONDS } from "../ttft.ts";
import type { Tool } from "./trial.ts";

/** The product as people run it: `chatbench run` with traffic: stream. */
export function chatbenchTool({ root, k6, seconds }: { root: string; k6: string; seconds: number }): Tool {
  return {
    name: "Chatbench",
    async run(streams) {
      const row = await measureTtft({ root, k6, traffic: "stream", streams, seconds });
      const loadSeconds = WARMUP_SECONDS + seconds;
      const { measured, truth } = row;
      return {
        ...{ streams, answers: row.answers, failed: row.failed, loadSeconds },
        cpuSeconds: row.cpuPerStream * loadSeconds * streams,
        ...(measured.p50 !== undefined &&
          measured.p99 !== undefined && { measured: { p50: measured.p50, p99: measured.p99 } }),
        ...(truth.p50 !== undefined &&
          truth.p99 !== undefined && { truth: { p50: truth.p50, p99: truth.p99, open: row.open } }),
        says: row.reason === "" ? row.verdict : `${row.verdict} (${row.reason})`,
      };
    },
  };
}
