import { measureTtft, WARMUP_SECONDS, type TtftRow } from "../ttft.ts";
import type { Tool, Trial } from "./trial.ts";

/** The product as people run it: `chatbench run` with traffic: stream. */
export function chatbenchTool({ root, k6, seconds }: { root: string; k6: string; seconds: number }): Tool {
  return {
    name: "Chatbench",
    kind: "as people run it",
    async run(streams) {
      const row = await measureTtft({ root, k6, traffic: "stream", streams, seconds });
      const loadSeconds = WARMUP_SECONDS + seconds;
      const { measured, truth, latest } = row;
      return {
        ...{ streams, answers: row.answers, failed: row.failed, loadSeconds },
        cpuSeconds: row.cpuPerStream * loadSeconds * streams,
        ...(measured.p50 !== undefined &&
          measured.p99 !== undefined && { measured: { p50: measured.p50, p99: measured.p99 } }),
        ...truthOf({ ...truth, latest, open: row.open }),
        says: row.reason === "" ? row.verdict : `${row.verdict} (${row.reason})`,
      };
    },
  };
}

type Known = TtftRow["truth"] & Pick<TtftRow, "latest" | "open">;

function truthOf({ p50, p99, latest, open }: Known): Pick<Trial, "truth"> {
  if (p50 === undefined || p99 === undefined || latest.p50 === undefined || latest.p99 === undefined) return {};
  return { truth: { p50, p99, latest: { p50: latest.p50, p99: latest.p99 }, open } };
}
