// Every rule of Grafana's dashboard-linter, and what of pint concerns queries: docs/decisions/0046 lists them all.
import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../src/exporter/catalogue/index.ts";
import { dashboards } from "../../test/support/grafana.ts";
import * as lints from "../../test/support/promql-lints.ts";
import { all, matchersOf, metricOf, nameOf, parsed, withParents } from "../../test/support/promql.ts";
import { ruleFiles } from "../rules/index.ts";
import { K6, NODE, PROMETHEUS } from "./outside.ts";
import { interpolate, labelValues, panelsOf, type Dashboard } from "./read.ts";

const ALL = dashboards();
const recorded = ruleFiles().flatMap(({ text }) =>
  (parse(text) as { groups: { rules: { record?: string }[] }[] }).groups.flatMap(({ rules }) =>
    rules.flatMap(({ record }) => record ?? []),
  ),
);

/** Names of counters: ours by the catalogue, the others' by their ending, which their exporters hold to. */
const ours = new Map(CATALOGUE.flatMap(({ metrics }) => metrics.map(({ name, type }) => [name, type] as const)));
const UNTYPED_COUNTERS = new Set<string>([NODE.pagesIn, NODE.retransmitted, NODE.segmentsSent]);
const KINDS: lints.Kinds = {
  isCounter: (metric) => {
    const [, base = "", end] = /^(.*?)(_bucket|_sum|_count)?$/.exec(metric) ?? [];
    if (end !== undefined && ours.get(base) === "histogram") return true;
    return ours.get(metric) === "counter" || metric.endsWith("_total") || UNTYPED_COUNTERS.has(metric);
  },
  isNativeHistogram: (metric) => /^k6_\w+_seconds$/.test(metric),
};

interface Question {
  /** `uid / title / letter`. */
  readonly name: string;
  readonly raw: string;
  /** With values in the place of variables: PromQL. */
  readonly expr: string;
}

const valuesOf = (dashboard: Dashboard): Readonly<Record<string, string>> =>
  Object.fromEntries(dashboard.templating.list.map(({ name }) => [name, `$${name}`]));

const questions: readonly Question[] = ALL.flatMap((dashboard) =>
  panelsOf(dashboard).flatMap(({ title, targets = [] }) =>
    targets.map(({ refId, expr }) => ({
      name: `${dashboard.uid} / ${title} / ${refId}`,
      raw: expr,
      expr: interpolate(expr, { ...valuesOf(dashboard), __rate_interval: "1m", __range: "1h" }),
    })),
  ),
);

function findings(lint: lints.Lint): readonly string[] {
  return questions.flatMap(({ name, expr }) => lint(expr).map((text) => `${name}: ${text}`));
}

/** Findings that stand, with the reason; one that no longer is found fails too. */
function unexcused(found: readonly string[], excuses: readonly (readonly [RegExp, string])[]): readonly string[] {
  const unused = excuses.filter(([pattern]) => !found.some((text) => pattern.test(text)));
  return [
    ...found.filter((text) => !excuses.some(([pattern]) => pattern.test(text))),
    ...unused.map(([pattern]) => `no longer needed: ${String(pattern)}`),
  ];
}

it("dashboard-linter target-promql: every query is PromQL; target-logql and -auto: none is another language", () => {
  expect(questions.length).toBeGreaterThan(100);
  expect(findings(lints.syntax)).toEqual([]);
  const others = ALL.flatMap((dashboard) => dashboard.templating.list.filter(({ type }) => type === "datasource"));
  expect(others.filter(({ query }) => query !== "prometheus")).toEqual([]);
});

it("dashboard-linter target-counter-agg, pint promql/counter and promql/rate", () => {
  const excuses = [
    // k6's first push of a counter has no zero before it, so its increase would be too small; a run never restarts it.
    [/max_over_time of the counter k6_\w+_total$/, "the total of one run"],
    [/count of the counter node_cpu_seconds_total$/, "cores are counted, not seconds"],
  ] as const;
  expect(
    unexcused(
      findings((expr) => lints.counters(expr, KINDS)),
      excuses,
    ),
  ).toEqual([]);
  expect(findings(lints.rateOfSum)).toEqual([]);
});

it("dashboard-linter target-rate-interval: ranges of rates follow the picture's resolution", () => {
  const found = questions.flatMap(({ name, raw }) =>
    [...raw.matchAll(/\b(rate|irate|increase)\((?:[^()]|\{[^}]*\})*\[([^\]]+)\]/g)]
      .filter(([, , range]) => range !== "$__rate_interval")
      .map(([, called = "", range = ""]) => `${name}: ${called} over ${range}`),
  );
  const excuses = [
    [/increase over \$__range$/, "one number for the chosen time"],
    [/increase over 1h$/, "runs are rare: the panel says `in an hour`"],
    [/Series in Prometheus \/ C: increase over 5m$/, "failures are rare: seen, whatever the resolution"],
  ] as const;
  expect(unexcused(found, excuses)).toEqual([]);
});

it("dashboard-linter target-job: a selector follows the chosen job, or says which it means", () => {
  const found = questions.flatMap(({ name, expr }) =>
    all(parsed(expr), "VectorSelector")
      .filter((selector) => !matchersOf(selector).some(({ label }) => label === "job"))
      .map((selector) => `${name}: ${metricOf(selector) ?? ""}`),
  );
  const ofK6 = Object.values(K6).join("|");
  const ofTargets = recorded.filter((name) => /^(slo|target):/.test(name)).join("|");
  const ofPrometheus = Object.values(PROMETHEUS).join("|");
  const excuses = [
    [new RegExp(`: (?:${ofK6}|k6_\\w+)$`), "k6 pushes its series; nobody scrapes them, so they have no job"],
    [new RegExp(`: (?:${ofTargets})$`), "uptime is a target's, whoever is told of it: recorded without a job"],
    [new RegExp(`: (?:${ofPrometheus})$`), "Prometheus' own, whatever its job is called there"],
    [/^chatbench-(?:run|uptime) .*: chatbench_\w+$/, "limits and uptime beside series that have no job"],
    [/^chatbench-resources .*: chatbench_\w+$/, "of targets, beside machines: the chosen job is that of node_exporter"],
    [/^chatbench-resources .*: container_\w+$/, "cAdvisor's, whatever its job is called there"],
    [/^chatbench-itself .*: chatbench_build_info$/, "only to say which jobs are a daemon's"],
  ] as const;
  expect(unexcused(found, excuses)).toEqual([]);
});

it("dashboard-linter target-instance: machines are told apart; a daemon's address is aggregated away", () => {
  const found = questions.flatMap(({ name, expr }) =>
    all(parsed(expr), "VectorSelector")
      .filter((selector) => !matchersOf(selector).some(({ label }) => label === "instance"))
      .map((selector) => `${name}: ${metricOf(selector) ?? ""}`),
  );
  // docs/decisions/0045: a daemon that restarts on another port is not another series.
  const ofMachines = found.filter((text) => text.startsWith("chatbench-resources"));
  const excuses = [
    [/: chatbench_\w+$/, "of targets, and a daemon's address is aggregated away"],
    [/: container_\w+$/, "containers are told apart by the name of their service"],
  ] as const;
  expect(unexcused(ofMachines, excuses)).toEqual([]);
});

describe.each(ALL.map((dashboard) => [dashboard.uid, dashboard] as const))("dashboard-linter, %s", (uid, dashboard) => {
  const variables = dashboard.templating.list as readonly (Dashboard["templating"]["list"][number] & {
    readonly refresh?: number;
  })[];

  it("template-datasource: one, by its usual name; panel-datasource: every panel takes it", () => {
    const sources = variables.filter(({ type }) => type === "datasource");
    expect(sources.map(({ name, label }) => [name, label])).toEqual([["datasource", "Data source"]]);
    const panels = dashboard.panels.filter(({ type }) => type !== "row" && type !== "text");
    const used = panels.flatMap(({ targets = [] }) => targets.map(({ datasource }) => datasource.uid));
    expect([...new Set(used)]).toEqual(["${datasource}"]);
  });

  it("template-job and template-instance: where they are, with their usual shape", () => {
    const job = variables.find(({ name }) => name === "job");
    // The run's series have no job, and uptime belongs to a target (see target-job).
    expect([uid, job !== undefined]).toEqual([uid, !["chatbench-run", "chatbench-uptime"].includes(uid)]);
    // All is `.*` here and not their `.+`: a series that lacks a label later must not vanish from the page.
    const both = variables.filter(({ name }) => name === "job" || name === "instance");
    for (const variable of both) expect(variable).toMatchObject({ type: "query", multi: true, allValue: ".*" });
    expect(both.filter(({ datasource }) => datasource?.uid !== "${datasource}")).toEqual([]);
  });

  it("template-label-promql: what a variable asks is a selector; template-on-time-change-reload: each time", () => {
    const asking = variables.filter(({ type }) => type === "query");
    expect(asking.length).toBeGreaterThan(0);
    for (const variable of asking) {
      const { series } = labelValues(variable);
      expect([variable.name, lints.syntax(interpolate(series, valuesOf(dashboard)))]).toEqual([variable.name, []]);
      expect([variable.name, variable.refresh]).toEqual([variable.name, 2]);
    }
  });

  it("uneditable, panel-title-description, panel-no-targets", () => {
    expect(dashboard.editable).toBe(false);
    for (const { title, description, targets = [] } of panelsOf(dashboard)) {
      expect([title, title !== "", description !== "", targets.length > 0]).toEqual([title, true, true, true]);
    }
  });

  it("panel-units: units are of those that Grafana has", () => {
    const units = panelsOf(dashboard).flatMap(({ fieldConfig: { defaults, overrides } }) => [
      defaults.unit ?? "",
      ...overrides.flatMap(({ properties }) =>
        properties.flatMap(({ id, value }) => (id === "unit" ? [String(value)] : [])),
      ),
    ]);
    expect([...new Set(units)].filter((unit) => !GRAFANA_UNITS.has(unit) && !/^suffix: ./.test(unit))).toEqual([]);
  });
});

/** Of the list in Grafana's packages/grafana-data/src/valueFormats/categories.ts: those that we have looked up there. */
const GRAFANA_UNITS = new Set(
  "none short percent percentunit s ms bytes Bps reqps cps ops currencyUSD dateTimeAsIso dateTimeFromNow dtdurations dtdhms bool string".split(
    " ",
  ),
);

it.each<readonly [string, lints.Lint, readonly (readonly [RegExp, string])[]]>([
  ["promql/regexp", lints.regexps, []],
  ["promql/impossible and promql/vector_matching", lints.matching, []],
  ["promql/impossible, groupings", lints.groupings, []],
])("pint %s, on queries of panels", (_, lint, excuses) => {
  expect(unexcused(findings(lint), excuses)).toEqual([]);
});

it("pint promql/nan: where a divisor can be 0, the panel says so", () => {
  const found = findings((expr) => lints.divisions(expr, () => false));
  const excuses = [
    [/^chatbench-(?:run|trends) .*k6_http_reqs_total/, "a run whose series are there has sent a request"],
    [/node_memory_MemTotal_bytes/, "no machine has no memory"],
  ] as const;
  expect(unexcused(found, excuses)).toEqual([]);
});

it("native histograms: only rate and increase, and their count, sum and quantile", () => {
  const calls = questions.flatMap(({ name, expr }) =>
    withParents(parsed(expr), "VectorSelector")
      .filter(({ node }) => KINDS.isNativeHistogram(metricOf(node) ?? ""))
      .map(({ above }) => [name, nameOf(above.filter(({ kind }) => kind === "FunctionCall").at(-1) ?? parsed(""))]),
  );
  expect(calls.length).toBeGreaterThan(10);
  expect(calls.filter(([, called]) => called !== "rate" && called !== "increase")).toEqual([]);
});
