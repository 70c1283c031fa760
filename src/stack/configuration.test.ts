import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { placeConfiguration } from "./configuration.ts";

const at = { file: "/repo/prometheus/prometheus.yml", address: "127.0.0.1:41000" };

describe("placing prometheus.yml", () => {
  it("puts the instance's own address in the place of the usual one, and keeps the rest", async () => {
    const text = await readFile(new URL("../../prometheus/prometheus.yml", import.meta.url), "utf8");
    const placed = placeConfiguration(text, at);
    if ("problem" in placed) throw new Error(placed.problem);
    const expected = text
      .replaceAll('["127.0.0.1:9090"]', '["127.0.0.1:41000"]')
      .replace("- rules/*.yml", "- /repo/prometheus/rules/*.yml");
    expect(parse(placed.text)).toEqual(parse(expected));
    expect(placed.text).toContain("127.0.0.1:41000");
  });

  it("makes relative rule files absolute, because the result lies elsewhere", () => {
    const placed = placeConfiguration("rule_files: [rules/*.yml, /etc/more.yml]\n", at);
    expect("text" in placed && parse(placed.text)).toEqual({
      rule_files: ["/repo/prometheus/rules/*.yml", "/etc/more.yml"],
    });
  });

  it("names the file that is not YAML", () => {
    const placed = placeConfiguration("global: [", at);
    expect("problem" in placed && placed.problem).toMatch(/^\/repo\/prometheus\/prometheus\.yml is not valid YAML: /);
  });

  it.each(["", "scrape_configs: 3", "scrape_configs: [1, {static_configs: x}, {static_configs: [{targets: y}]}]"])(
    "leaves to Prometheus what only Prometheus understands: %s",
    (text) => {
      expect("text" in placeConfiguration(text, at)).toBe(true);
    },
  );
});
