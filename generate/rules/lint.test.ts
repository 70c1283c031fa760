// Every check of pint that applies to our rules, without pint: docs/decisions/0046 lists them all, with reasons.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { CATALOGUE, OBJECTIVE_LIMITS } from "../../src/exporter/index.ts";
import * as lints from "../../test/support/promql-lints.ts";
import {
  all,
  COMPARISONS,
  binaryOf,
  labelsOf,
  matchersOf,
  metricOf,
  nameOf,
  parsed,
} from "../../test/support/promql.ts";
import { ruleFiles } from "./index.ts";

const ROOT = join(import.meta.dirname, "../..");

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
interface Group {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly Rule[];
}

const groups = ruleFiles().flatMap(({ text }) => (parse(text) as { groups: readonly Group[] }).groups);
const rules = groups.flatMap((group) => group.rules);
const alerts = rules.filter(({ alert }) => alert !== undefined);
const counters = new Set(
  CATALOGUE.flatMap(({ metrics }) => metrics).flatMap(({ name, type }) => {
    if (type === "counter") return [name];
    return type === "histogram" ? ["_bucket", "_sum", "_count"].map((end) => name + end) : [];
  }),
);
const KINDS: lints.Kinds = {
  isCounter: (metric) => counters.has(metric),
  isNativeHistogram: (metric) => /^k6_\w+_seconds$/.test(metric),
};

/** Divided by without a guard of its own, because the rule that records it has one. */
const NEVER_ZERO: Readonly<Record<string, string>> = {
  "slo:error_budget:ratio": "clamp_min( in its own rule",
};

/** The shortest range holds two scrapes at least; the longest lies within what `stack up` and compose keep (90d). */
const RANGES = { shortest: 2 * 15, longest: 90 * 86_400 };

const nameOfRule = ({ alert, record }: Rule): string => alert ?? record ?? "";

/** What a lint says of every rule, with the rule's name. */
function findings(lint: lints.Lint, of: readonly Rule[] = rules): readonly string[] {
  return of.flatMap((rule) => lint(rule.expr).map((text) => `${nameOfRule(rule)}: ${text}`));
}

it.each<readonly [string, lints.Lint]>([
  ["promql/syntax", lints.syntax],
  ["promql/counter and promql/rate", (expr) => lints.counters(expr, KINDS)],
  ["promql/rate of sums", lints.rateOfSum],
  ["promql/regexp", lints.regexps],
  ["promql/impossible and promql/vector_matching", lints.matching],
  ["promql/impossible, groupings", lints.groupings],
  [
    "promql/nan",
    (expr) => lints.divisions(expr, (text) => Object.keys(NEVER_ZERO).some((name) => text.includes(name))),
  ],
  ["promql/range_query, promql/offset, promql/rate", (expr) => lints.ranges(expr, RANGES)],
])("pint %s", (_, lint) => {
  expect(findings(lint)).toEqual([]);
});

it("names of metrics that are not measured yet are those that the catalogue would give them", () => {
  const planned = "chatbench_objective_cost_reduction_ratio";
  const texts = rules.flatMap(({ annotations = {} }) => Object.values(annotations));
  expect(texts.some((text) => text.includes(planned))).toBe(true);
  const limits: Readonly<Record<string, { readonly name: string } | undefined>> = OBJECTIVE_LIMITS;
  const { cost_reduction: limit = { name: planned } } = limits;
  expect(limit.name).toBe(planned);
  // Another ratio shows how such names are made.
  expect(limits.error_rate?.name).toBe(planned.replace("cost_reduction", "error_rate"));
});

it("what is excused from promql/nan is guarded where it is recorded", () => {
  for (const [name, guard] of Object.entries(NEVER_ZERO)) {
    const own = rules.find(({ record }) => record === name)?.expr;
    expect([name, own?.includes(guard.split(" ")[0] ?? "")]).toEqual([name, true]);
  }
});

it("pint promql/fragile: what lies between two aggregations waits before it fires", () => {
  expect(
    findings(
      lints.fragile,
      alerts.filter((rule) => rule.for === undefined),
    ),
  ).toEqual([]);
});

it("pint promql/selector: what every exporter tells is asked of one job", () => {
  const shared = rules.flatMap(({ expr }) =>
    all(parsed(expr), "VectorSelector").filter((node) => /^(up|probe_\w+)$/.test(metricOf(node) ?? "")),
  );
  expect(shared.length).toBeGreaterThan(5);
  expect(shared.filter((node) => !matchersOf(node).some(({ label, op }) => label === "job" && op === "="))).toEqual([]);
});

/** Whether a result may have the label `instance`; of a recorded series, whether its rule leaves it. */
function mayHaveInstance(expr: string): boolean {
  const labels = labelsOf(parsed(expr));
  if (labels !== undefined) return labels.has("instance");
  return all(parsed(expr), "VectorSelector").some((selector) => {
    const own = rules.find(({ record }) => record === metricOf(selector));
    return own === undefined || mayHaveInstance(own.expr);
  });
}

it("pint promql/aggregate: no alert on a run changes its identity with the daemon's address", () => {
  // The exception is about an address: which daemon does not answer.
  expect(alerts.filter(({ expr }) => mayHaveInstance(expr)).map(nameOfRule)).toEqual(["ChatbenchExporterDown"]);
});

it("pint promql/features: nothing that Prometheus 2.42 does not know or that wants a flag", () => {
  const called = rules.flatMap(({ expr }) => all(parsed(expr), "FunctionCall").map(nameOf));
  const known = ["absent", "clamp_max", "clamp_min", "count_over_time", "increase", "label_replace", "last_over_time"];
  const more = ["max_over_time", "rate", "sum_over_time", "time", "vector"];
  expect([...new Set(called)].filter((name) => ![...known, ...more].includes(name))).toEqual([]);
});

describe("pint alerts/*", () => {
  it("absent: waits two scrapes at least", () => {
    const absent = alerts.filter(({ expr }) =>
      all(parsed(expr), "FunctionCall").some((call) => nameOf(call) === "absent"),
    );
    expect(absent.length).toBeGreaterThan(0);
    expect(absent.filter((rule) => !(lints.secondsOf(rule.for ?? "") >= 30)).map(nameOfRule)).toEqual([]);
  });

  it("comparison: each has a condition, but for the one that always fires", () => {
    const without = alerts.filter(({ expr }) => {
      const tree = parsed(expr);
      const conditions = all(tree, "BinaryExpr").map((node) => binaryOf(node).operator);
      const isAbsent = all(tree, "FunctionCall").some((call) => nameOf(call) === "absent");
      return !isAbsent && !conditions.some((operator) => [...COMPARISONS, "Unless"].includes(operator));
    });
    expect(without.map(nameOfRule)).toEqual(["ChatbenchWatchdog"]);
  });

  it("for and rule/for: none is 0s, and none waits longer than a person would", () => {
    const waits = rules.flatMap((rule) => rule.for ?? []);
    expect(waits.filter((wait) => !(lints.secondsOf(wait) > 0 && lints.secondsOf(wait) <= 3600))).toEqual([]);
  });

  it("template: labels are constant, and annotations name only labels that the alert has", () => {
    for (const rule of alerts) {
      expect([nameOfRule(rule), Object.values(rule.labels ?? {}).filter((text) => text.includes("{{"))]).toEqual([
        nameOfRule(rule),
        [],
      ]);
      const named = Object.values(rule.annotations ?? {}).flatMap((text) => [...text.matchAll(/\$labels\.(\w+)/g)]);
      const labels = labelsOf(parsed(rule.expr));
      const missing = named
        .map(([, label = ""]) => label)
        .filter((label) => labels !== undefined && !labels.has(label));
      expect([nameOfRule(rule), missing]).toEqual([nameOfRule(rule), []]);
    }
  });

  it("template: a query inside an annotation is PromQL", () => {
    const queries = alerts.flatMap(({ annotations = {} }) =>
      Object.values(annotations).flatMap((text) => [...text.matchAll(/printf "([^"]+)"[^|}]*\| query/g)]),
    );
    expect(queries.length).toBeGreaterThan(5);
    expect(queries.flatMap(([, query = ""]) => lints.syntax(query))).toEqual([]);
  });

  it("external_labels: none is named, since the shipped configuration sets none", () => {
    expect(readFileSync(join(ROOT, "prometheus/prometheus.yml"), "utf8")).not.toContain("external_labels");
    expect(JSON.stringify(rules)).not.toContain("$externalLabels");
  });
});

it("pint group/interval: no rule is looked at less often than Prometheus looks back", () => {
  expect(groups.filter(({ interval }) => !(lints.secondsOf(interval) <= 300))).toEqual([]);
});

it("pint rule/name and rule/label: level:metric:operation; a severity of four", () => {
  const recorded = rules.flatMap(({ record }) => record ?? []);
  expect(recorded.filter((name) => !/^[a-z_]+:[a-z0-9_]+:[a-z0-9_]+$/.test(name))).toEqual(["sloth_slo_info"]);
  const severities = alerts.map(({ labels }) => labels?.severity ?? "");
  expect(severities.filter((word) => !["critical", "warning", "info", "none"].includes(word))).toEqual([]);
});

it("pint rule/duplicate and labels/conflict: no rule stands twice, and none sets a label that scraping sets", () => {
  const texts = rules.map((rule) => JSON.stringify([nameOfRule(rule), rule.labels, rule.expr]));
  expect(texts.filter((text, index) => texts.indexOf(text) !== index)).toEqual([]);
  const set = rules.flatMap(({ labels = {} }) => Object.keys(labels));
  expect([...new Set(set)].filter((label) => ["job", "instance", "target", "scenario"].includes(label))).toEqual([]);
});

it("pint ignore/file and pint/comment: nothing is excused by a comment", () => {
  const folder = join(ROOT, "prometheus/rules");
  const names = readdirSync(folder).filter((name) => name.endsWith(".yml"));
  expect(names.filter((name) => readFileSync(join(folder, name), "utf8").includes("# pint"))).toEqual([]);
});
