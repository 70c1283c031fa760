import { expect, it } from "vitest";
import { systemClock } from "../platform/clock.ts";
import { fullFacts, record } from "../../test/support/exporter-facts.ts";
import { familiesOf as familiesOn } from "../../test/support/metrics-page.ts";
import { createExporter, DAEMON, RUNS } from "./index.ts";
import { endOf, familiesOf, linesOf } from "./page.ts";
import { Samples } from "./samples.ts";

const RUN = { scenario: 'a "b" \\ c\nd', target: "bot", trigger: "cron" };

function someFamilies() {
  const samples = new Samples();
  samples.add(RUNS.ended, RUN, 3);
  samples.add(DAEMON.k6, { version: "2.2.0" }, 1);
  samples.add(DAEMON.reloadSuccessTime, {}, 1e9);
  return familiesOf(samples);
}

it("text: names as they are, help and label values escaped", () => {
  const scenario = String.raw`a \"b\" \\ c\nd`;
  expect(linesOf(someFamilies(), "text").split("\n")).toEqual([
    "# HELP chatbench_runs_total Runs that ended, however, since the daemon began.",
    "# TYPE chatbench_runs_total counter",
    `chatbench_runs_total{scenario="${scenario}",target="bot",trigger="cron"} 3`,
    "# HELP chatbench_k6_info Version of the k6 in use.",
    "# TYPE chatbench_k6_info gauge",
    'chatbench_k6_info{version="2.2.0"} 1',
    "# HELP chatbench_config_last_reload_success_timestamp_seconds When the configuration in use was loaded.",
    "# TYPE chatbench_config_last_reload_success_timestamp_seconds gauge",
    "chatbench_config_last_reload_success_timestamp_seconds 1000000000",
    "",
  ]);
  expect(endOf("text")).toBe("");
});

it("OpenMetrics: endings belong to the samples, units are told, the end is marked", () => {
  const lines = `${linesOf(someFamilies(), "openmetrics")}${endOf("openmetrics")}`.split("\n");
  expect(lines.filter((line) => !/^# HELP|^chatbench/.test(line))).toEqual([
    "# TYPE chatbench_runs counter",
    "# TYPE chatbench_k6 info",
    "# TYPE chatbench_config_last_reload_success_timestamp_seconds gauge",
    "# UNIT chatbench_config_last_reload_success_timestamp_seconds seconds",
    "# EOF",
    "",
  ]);
});

it("help of OpenMetrics escapes quotes too", () => {
  const family = { name: "x", type: "gauge", help: 'a "b"\\\n', samples: [] } as const;
  expect(linesOf([family], "text")).toBe('# HELP x a "b"\\\\\\n\n# TYPE x gauge\n');
  expect(linesOf([family], "openmetrics")).toBe('# TYPE x gauge\n# HELP x a \\"b\\"\\\\\\n\n');
});

it("a series stands once, whatever its samples: a page that says two things is refused as a whole", () => {
  const samples = new Samples();
  for (const value of [1, 2]) samples.add(RUNS.ended, RUN, value);
  expect(linesOf(familiesOf(samples), "text").match(/^chatbench_runs_total.*$/gm)).toHaveLength(1);
  expect(linesOf(familiesOf(samples), "text")).toMatch(/ 2\n$/);
});

it("both formats of a whole page hold the same series with the same values", async () => {
  // A clock that stands still, because sources tell how long they took.
  const clock = { ...systemClock, now: () => 1e12 };
  const exporter = createExporter({ facts: () => fullFacts(), version: "0.1.0", clock, ofProcess: false });
  exporter.events.runEnded(record());
  exporter.events.runBegan(2);
  exporter.events.httpAnswered("/metrics", { method: "GET", code: 200, seconds: 0.004 });
  const [text, open] = [await exporter.render(), await exporter.render("application/openmetrics-text")];
  const series = ({ text: page }: { text: string }): readonly string[] =>
    page.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  expect(series(open)).toEqual(series(text));
  expect(series(text).length).toBeGreaterThan(100);
  expect(open.text.endsWith("\n# EOF\n")).toBe(true);
  expect(open.text.match(/^# EOF$/gm)).toHaveLength(1);
  // 1 as a bound is 1.0 for Prometheus 3 and OpenMetrics; as 1 it would be another series to 2.42.
  expect([...text.text.matchAll(/le="([^"]*)"/g)].filter(([, bound = ""]) => /^\d+$/.test(bound))).toEqual([]);
  expect(text.text).toContain('le="1.0"');
  expect([...familiesOn(text.text).values()].map(({ type }) => type)).toContain("histogram");
});
