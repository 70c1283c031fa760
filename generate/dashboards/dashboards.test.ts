import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parser } from "@prometheus-io/lezer-promql";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { CATALOGUE } from "../../src/exporter/catalogue/index.ts";
import { DASHBOARDS } from "../rules/links.ts";
import { allAlerts, ruleFiles } from "../rules/index.ts";
import { runbookFile } from "../rules/links.ts";
import { dashboards } from "../../test/support/grafana.ts";
import { UIDS } from "./links.ts";
import { interpolate, labelValues, panelsOf, type Dashboard } from "./read.ts";
import { OUTSIDE } from "./outside.ts";

const ROOT = join(import.meta.dirname, "../..");
const ALL = dashboards();
const catalogue = CATALOGUE.flatMap(({ metrics }) => metrics);

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly { readonly record?: string; readonly expr: string }[] }[];
}
const rules = ruleFiles().flatMap(({ text }) => (parse(text) as RuleFile).groups.flatMap((group) => group.rules));
const recorded = rules.flatMap(({ record }) => record ?? []);

/** Every PromQL of a dashboard, ready to be parsed. */
function expressionsOf(dashboard: Dashboard): readonly string[] {
  const values = Object.fromEntries(dashboard.templating.list.map(({ name }) => [name, "x"]));
  const queries = panelsOf(dashboard).flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  const series = dashboard.templating.list.flatMap((one) => (one.type === "query" ? [labelValues(one).series] : []));
  const marks = dashboard.annotations.list.map(({ expr }) => expr);
  return [...queries, ...series, ...marks].map((expr) => interpolate(expr, values));
}

/** Names of nodes of a kind in PromQL, as its official grammar sees it; errors are nodes too. */
function found(expr: string, kind: (name: string, isError: boolean) => boolean): readonly string[] {
  const texts: string[] = [];
  parser.parse(expr).iterate({
    enter: ({ type, from, to }) => {
      if (kind(type.name, type.isError)) texts.push(expr.slice(from, to));
    },
  });
  return texts;
}

const errorsIn = (expr: string): readonly string[] =>
  found(expr, (_, isError) => isError).map((at) => `${at} in ${expr}`);

function metricsIn(expr: string): readonly string[] {
  const named = found(expr, (name) => name === "Identifier");
  const inMatchers = [...expr.matchAll(/__name__=~"([^"]+)"/g)].flatMap(([, names = ""]) => names.split("|"));
  return [...named, ...inMatchers];
}

/** What scrapes give for a metric: a histogram has three names. */
const shown = catalogue.flatMap(({ name, type }) =>
  type === "histogram" ? ["_bucket", "_sum", "_count"].map((end) => name + end) : [name],
);

describe.each(ALL.map((dashboard) => [dashboard.uid, dashboard] as const))("%s", (uid, dashboard) => {
  const panels = panelsOf(dashboard);

  it("is read-only, classic and of ours", () => {
    expect(dashboard).toMatchObject({ id: null, editable: false, schemaVersion: 42, tags: ["chatbench"] });
    expect(dashboard.title).toMatch(/^Chatbench \/ /);
    expect(dashboard.description).toMatch(/[.?]$/);
    expect(JSON.stringify(dashboard)).not.toMatch(/"libraryPanel"|inControlsMenu|"__inputs"/);
  });

  it("panels have titles of their own, descriptions, units and words for no data", () => {
    const titles = panels.map(({ title }) => title);
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
    for (const { title, description, fieldConfig } of panels) {
      expect([title, description.length > 20 && description.endsWith(".")]).toEqual([title, true]);
      expect([title, fieldConfig.defaults.unit ?? ""]).toEqual([title, expect.stringMatching(/./)]);
      expect([title, fieldConfig.defaults.noValue ?? ""]).toEqual([title, expect.stringMatching(/./)]);
    }
  });

  it("ids and letters are unique, and every query goes to the chosen data source by uid", () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { title, targets = [] } of panels) {
      expect([title, targets.map(({ refId }) => refId)]).toEqual([
        title,
        targets.map((_, at) => "ABCDEFGHIJKLMNOP"[at]),
      ]);
      expect([
        title,
        targets.length > 0 && targets.every(({ datasource }) => datasource.uid === "${datasource}"),
      ]).toEqual([title, true]);
    }
  });

  it("panels lie side by side in the grid, and none on another", () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${String(x + (at % w))},${String(y + Math.floor(at / w))}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(dashboard.panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
  });

  it("every expression is PromQL", () => {
    expect(expressionsOf(dashboard).flatMap(errorsIn)).toEqual([]);
  });

  it("names only metrics that exist", () => {
    const known = new Set([...shown, ...OUTSIDE, ...recorded]);
    const named = expressionsOf(dashboard).flatMap(metricsIn);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  it("only rates and increases are taken of counters and of native histograms", () => {
    const series = String.raw`\b(?:k6_\w+_seconds|\w+_total|\w+_bucket)\{[^}]*\}`;
    const all = expressionsOf(dashboard).flatMap((expr) => [
      ...expr.matchAll(new RegExp(`(\\w+)\\(${series}|(count) by \\(\\w+\\) \\(${series}|${series}`, "g")),
    ]);
    const wrong = all.filter(([text, called, counted]) => {
      const by = called ?? counted;
      const counter = text.includes("_total{");
      return by === undefined || !["rate", "increase", ...(counter ? ["max_over_time", "count"] : [])].includes(by);
    });
    expect(wrong.map(([text]) => text)).toEqual([]);
  });

  it("links lead to runbooks, reports and dashboards that exist", () => {
    const files = readdirSync(join(ROOT, "docs/runbooks"));
    const text = JSON.stringify(dashboard);
    const books = [...text.matchAll(/\$\{runbooks\}\/([\w-]+\.md)/g)].map(([, name]) => name);
    expect(books.filter((name) => !files.includes(name ?? ""))).toEqual([]);
    const others = [...text.matchAll(/"\/d\/([\w-]+)/g)].map(([, name]) => name);
    expect(others.filter((name) => !ALL.some((one) => one.uid === name))).toEqual([]);
    expect(
      panels.filter(({ links = [] }) => links.some(({ url }) => !/^(\$\{(?:chatbench|runbooks)\}|\/d\/)/.test(url))),
    ).toEqual([]);
  });

  it("where several can be chosen, all can be, and the variables say what they are", () => {
    for (const one of dashboard.templating.list) {
      expect([uid, one.name, one.label !== "" && one.description !== ""]).toEqual([uid, one.name, true]);
      expect([uid, one.name, one.multi ? one.allValue : ".*"]).toEqual([uid, one.name, ".*"]);
    }
  });
});

it("uids are fixed, unique, and those that alerts link to", () => {
  expect(ALL.map(({ uid }) => uid).sort()).toEqual(Object.values(UIDS).sort());
  expect(Object.values(DASHBOARDS).filter((uid) => !ALL.some((one) => one.uid === uid))).toEqual([]);
});

it("a link of an alert sets variables that its dashboard has", () => {
  for (const { alert, dashboardUrl } of allAlerts()) {
    const { pathname, searchParams } = new URL(dashboardUrl.replaceAll(/\{\{.*?\}\}/g, "x"));
    const names = ALL.find(({ uid }) => pathname === `/d/${uid}`)?.templating.list.map(({ name }) => name) ?? [];
    expect([alert, [...searchParams.keys()].filter((key) => !names.includes(key.replace("var-", "")))]).toEqual([
      alert,
      [],
    ]);
    expect(runbookFile(alert)).toMatch(/\.md$/);
  }
});

describe("every metric of the catalogue", () => {
  const runbooks = readdirSync(join(ROOT, "docs/runbooks")).map((name) =>
    readFileSync(join(ROOT, "docs/runbooks", name), "utf8"),
  );
  const alerts = allAlerts().flatMap(({ expr, description }) => [expr, description]);
  const texts = [...ALL.flatMap(expressionsOf), ...rules.map(({ expr }) => expr), ...alerts, ...runbooks].join("\n");
  const uses = (name: string): boolean => new RegExp(`\\b${name}(?:_bucket|_sum|_count)?\\b`).test(texts);

  it("is used in a rule, a dashboard or a runbook", () => {
    expect(catalogue.map(({ name }) => name).filter((name) => !uses(name))).toEqual([]);
  });
});
