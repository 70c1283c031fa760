import { expect, it } from "vitest";
import { createExporter } from "../../src/exporter/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { fullFacts, record } from "../support/exporter-facts.ts";
import { promtool } from "../support/promtool.ts";

async function page(): Promise<string> {
  const build = { version: "0.1.0", revision: "3f2c1ab", nodeVersion: process.version };
  const exporter = createExporter({ ...build, facts: () => fullFacts(), clock: systemClock });
  exporter.events.runEnded(record());
  exporter.events.runBegan(2);
  exporter.events.httpAnswered("/metrics", { method: "GET", code: 200, seconds: 0.004 });
  return (await exporter.render()).text;
}

it("promtool finds nothing wrong with the whole page, the process's own metrics included", async () => {
  expect(await promtool(["check", "metrics"], await page())).toEqual({ code: 0, said: "" });
});

it("promtool would find a badly named metric", async () => {
  const bad = "# HELP chatbench_runs_total Runs.\n# TYPE chatbench_runs_total gauge\nchatbench_runs_total 1\n";
  expect((await promtool(["check", "metrics"], `${await page()}${bad}`)).code).not.toBe(0);
});
