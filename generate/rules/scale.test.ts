import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ruleFiles } from "./index.ts";
import { scaledDuration, scaledYaml } from "./scale.ts";

const all = (scale?: number): string =>
  ruleFiles(scale)
    .map(({ text }) => text)
    .join("\n");

it("lengths of time are scaled, and 1 leaves them as they are written", () => {
  expect([scaledDuration("1h", 1 / 30), scaledDuration("15s", 1 / 30), scaledDuration("30d", 1)]).toEqual([
    "120000ms",
    "500ms",
    "30d",
  ]);
  expect(() => scaledDuration("soon", 0.5)).toThrow("soon is no length of time");
});

it("scaled rules differ from the shipped ones in every length of time and in nothing else", () => {
  const [shipped, fast] = [all(), all(1 / 30)];
  // Every range, every `for` and every interval of a group; what is left of them would be as slow as the shipped one.
  expect(fast).not.toMatch(/\[\d+[smhd]\]|(?:for|interval): \d+[smhd]$/m);
  const without = (text: string): string => text.replaceAll(/\[\w+\]|^(\s*(?:- )?(?:for|interval): )\w+$/gm, "$1");
  expect(without(fast)).toBe(without(shipped));
  // Two for each window of uptime, of each target and of the month, and those of the daemon itself.
  expect(shipped.match(/\[\w+\]/g)?.length).toBe(39);
});

it("the configurations of Prometheus and Alertmanager can be scaled alike", () => {
  for (const name of ["prometheus.yml", "alertmanager.yml", "blackbox.yml"]) {
    const text = readFileSync(join(import.meta.dirname, "../../prometheus", name), "utf8");
    const times = scaledYaml(text, 1 / 30).match(/^\s*\w+: \d+(?:s|m|h)$/gm) ?? [];
    expect([name, times.filter((time) => !time.endsWith(": 0s"))]).toEqual([name, []]);
  }
});
