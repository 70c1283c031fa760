import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { placeRules } from "./rules.ts";

const RULES = join(import.meta.dirname, "../../prometheus/rules");
const shipped = readdirSync(RULES)
  .filter((name) => name.endsWith(".yml"))
  .map((name) => readFileSync(join(RULES, name), "utf8"));

const LINKS = {
  chatbench: "https://bench.example/chat/",
  grafana: "https://grafana.example/?orgId=2",
  runbooks: "https://wiki.example/runbooks",
};

interface Rule {
  readonly annotations?: Readonly<Record<string, string>>;
}
const rulesOf = (text: string): readonly Rule[] =>
  (parse(text) as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules);
const urlsOf = (text: string): readonly string[] =>
  rulesOf(text).flatMap(({ annotations = {} }) =>
    Object.entries(annotations).flatMap(([name, value]) => (name.endsWith("_url") ? [value] : [])),
  );
const oneRule = (url: string): string =>
  `groups: [{ name: g, rules: [{ alert: A, expr: up, annotations: { description: "${url}", dashboard_url: "${url}" } }] }]`;
const placed = (url: string, links: Parameters<typeof placeRules>[1]): string =>
  urlsOf(placeRules(oneRule(url), links))[0] ?? "";

describe("placing rules", () => {
  it("leaves no link of the shipped files at a stand-in, and every rule as it was", () => {
    const urls = shipped.map((text) => placeRules(text, LINKS)).flatMap(urlsOf);
    expect(urls.length).toBeGreaterThan(30);
    expect(urls.filter((url) => url.includes("127.0.0.1"))).toEqual([]);
    for (const text of shipped) {
      const strip = (one: string): unknown => parse(one.replaceAll(/^\s+\w+_url:.*$/gm, ""));
      expect(strip(placeRules(text, LINKS))).toEqual(strip(text));
    }
  });

  it.each([
    ["http://127.0.0.1:8640/runbooks/watchdog.md", "https://wiki.example/runbooks/watchdog.md"],
    ["http://127.0.0.1:8640/api/v1/runs/x/report", "https://bench.example/chat/api/v1/runs/x/report"],
    ["http://127.0.0.1:3000/d/itself", "https://grafana.example/d/itself?orgId=2"],
    [
      "http://127.0.0.1:3000/d/itself?var-a={{ $labels.a }}",
      "https://grafana.example/d/itself?var-a={{ $labels.a }}&orgId=2",
    ],
    ["https://elsewhere.example/x", "https://elsewhere.example/x"],
    ["http://127.0.0.1:86401/x", "http://127.0.0.1:86401/x"],
  ])("%s becomes %s", (from, to) => {
    expect(placed(from, LINKS)).toBe(to);
  });

  it("finds the runbooks at the daemon when they are nowhere else, and keeps what is not configured", () => {
    const runbook = "http://127.0.0.1:8640/runbooks/watchdog.md";
    expect(placed(runbook, { chatbench: "https://b.example" })).toBe("https://b.example/runbooks/watchdog.md");
    expect(placed(runbook, { grafana: "https://g.example" })).toBe(runbook);
    expect(shipped.map((text) => parse(placeRules(text, {})) as unknown)).toEqual(
      shipped.map((text) => parse(text) as unknown),
    );
  });

  it("touches only the annotations that are links", () => {
    const text = placeRules(oneRule("http://127.0.0.1:3000/d/x"), LINKS);
    expect(rulesOf(text)[0]?.annotations?.description).toBe("http://127.0.0.1:3000/d/x");
  });

  it("lets no address become a template", () => {
    expect(placed("http://127.0.0.1:3000/d/x", { grafana: "http://g/{{ 1 }}?a={{ 2 }}" })).not.toContain("{{");
  });

  it("gives back what is not YAML", () => {
    expect(placeRules("groups: [", LINKS)).toBe("groups: [");
  });
});
