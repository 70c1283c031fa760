import { expect, it } from "vitest";
import { createLogger } from "./logger.ts";

function lines(isTerminal: boolean): { readonly written: string[]; readonly log: ReturnType<typeof createLogger> } {
  const written: string[] = [];
  const output = { write: (text: string) => void written.push(text), isTerminal, columns: 100 };
  return { written, log: createLogger(output, "daemon") };
}

it("says on a terminal what went wrong, how often and for whom, and leaves ids to machines", () => {
  const { written, log } = lines(true);
  log.error("An HTTP request failed.", { handler: "/api/v1/runs", error: "Error: no\n    at here" });
  log.warn("Slots did not run.", { count: 3, reason: "paused", run_id: "20261129T000000Z-chat-aaaaaa" });
  log.info("Stopped the runs.", { stopped: "the runs", milliseconds: 3 });
  expect(written.map((line) => line.replace(/^\d\d:\d\d:\d\d/, "02:00:00"))).toEqual([
    "02:00:00  error: An HTTP request failed. (error: Error: no\n      at here)\n",
    "02:00:00  warning: Slots did not run. (reason: paused, count: 3)\n",
    "02:00:00  Stopped the runs.\n",
  ]);
});

it("gives machines every field, one event a line", () => {
  const { written, log } = lines(false);
  log.error("An HTTP request failed.", { handler: "/api/v1/runs", error: "Error: no" });
  expect(written).toHaveLength(1);
  expect(JSON.parse(written[0] ?? "")).toMatchObject({
    ...{ level: "error", part: "daemon", msg: "An HTTP request failed." },
    ...{ handler: "/api/v1/runs", error: "Error: no" },
  });
});
