import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { realK6 } from "./k6.ts";

interface Metric {
  readonly count?: number;
  readonly passes?: number;
  readonly fails?: number;
  readonly value?: number;
}

export interface PlainRun {
  readonly code: number;
  /** Both outputs; k6 quotes quotes within its log lines, here they are plain. */
  readonly output: string;
  /** k6's own summary by metric; empty when it wrote none. */
  readonly metrics: Readonly<Record<string, Metric>>;
}

/** `k6 run` of a script as a user types it, without Chatbench; its summary goes through `folder`. */
export async function plainK6(
  script: string,
  folder: string,
  how: { readonly env?: Record<string, string>; readonly flags?: readonly string[] },
): Promise<PlainRun> {
  const k6 = await realK6();
  const summary = join(folder, "summary.json");
  const args = ["run", "--summary-export", summary, ...(how.flags ?? []), script];
  const env = { PATH: process.env.PATH ?? "", K6_NO_USAGE_REPORT: "true", ...how.env };
  const ended = await new Promise<Omit<PlainRun, "metrics">>((resolve) => {
    execFile(k6, args, { env }, (error, stdout, stderr) =>
      resolve({
        code: typeof error?.code === "number" ? error.code : 0,
        output: (stdout + stderr).replaceAll("\\", ""),
      }),
    );
  });
  const text = await readFile(summary, "utf8").catch(() => "{}");
  await rm(summary, { force: true });
  const { metrics = {} } = JSON.parse(text) as { metrics?: PlainRun["metrics"] };
  return { ...ended, metrics };
}
