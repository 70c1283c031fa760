import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { placeConfiguration } from "./configuration.ts";

const at = { file: "/repo/prometheus/prometheus.yml", address: "127.0.0.1:41000" };

interface Placed {
  readonly alerting: { readonly alertmanagers: readonly unknown[] };
  readonly scrape_configs: readonly { readonly job_name: string; readonly relabel_configs?: readonly unknown[] }[];
}

describe("placing prometheus.yml", () => {
  const shipped = (): Promise<string> => readFile(new URL("../../prometheus/prometheus.yml", import.meta.url), "utf8");

  it("puts the instance's own address in the place of the usual one, and keeps the rest", async () => {
    const text = await shipped();
    const placed = placeConfiguration(text, at);
    if ("problem" in placed) throw new Error(placed.problem);
    const expected = text
      .replaceAll('["127.0.0.1:9090"]', '["127.0.0.1:41000"]')
      .replace("- rules/*.yml", "- /repo/prometheus/rules/*.yml");
    expect(parse(placed.text)).toEqual(parse(expected));
    expect(placed.text).toContain("127.0.0.1:41000");
  });

  it("puts the addresses of the parts beside it in their places, and names no usual one any more", async () => {
    const parts = { alertmanager: "127.0.0.1:41001", blackbox: "127.0.0.1:41002", node: "127.0.0.1:41003" };
    const placed = placeConfiguration(await shipped(), { ...at, parts });
    if ("problem" in placed) throw new Error(placed.problem);
    const { alerting, scrape_configs: jobs } = parse(placed.text) as Placed;
    expect(alerting.alertmanagers).toEqual([{ static_configs: [{ targets: [parts.alertmanager] }] }]);
    expect(jobs.find(({ job_name: name }) => name === "chatbench-probe")?.relabel_configs?.at(-1)).toEqual({
      target_label: "__address__",
      replacement: parts.blackbox,
    });
    expect(placed.text.replaceAll(/^\s*#.*$/gm, "")).not.toMatch(/127\.0\.0\.1:9\d{3}\b/);
  });

  it("leaves out what asks a part that does not run", async () => {
    const placed = placeConfiguration(await shipped(), { ...at, parts: { node: "127.0.0.1:41003" } });
    if ("problem" in placed) throw new Error(placed.problem);
    const { alerting, scrape_configs: jobs } = parse(placed.text) as Placed;
    expect(jobs.map(({ job_name: name }) => name)).toEqual(["prometheus", "node", "chatbench"]);
    expect(alerting.alertmanagers).toEqual([]);
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
