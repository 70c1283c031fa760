import { readdirSync, readFileSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { CATALOGUE } from "../../src/exporter/index.ts";
import { promtool } from "../support/promtool.ts";
import { all, matchersOf, metricOf, parsed } from "../support/promql.ts";

const ROOT = join(import.meta.dirname, "../..");
const RULES = join(ROOT, "prometheus/rules");
const RUNBOOKS = join(ROOT, "docs/runbooks");

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: { readonly severity: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

interface TestFile {
  readonly tests: readonly {
    readonly alert_rule_test?: readonly {
      readonly alertname: string;
      readonly exp_alerts: readonly { readonly exp_labels: { readonly severity: string } }[];
    }[];
    readonly promql_expr_test?: readonly { readonly expr: string }[];
  }[];
}

const files = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".yml"))
    .map((name) => join(folder, name));

const RULE_FILES = files(RULES);
const TEST_FILES = files(join(RULES, "tests"));
const rules = RULE_FILES.flatMap((path) =>
  (parse(readFileSync(path, "utf8")) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules),
);
const alerts = rules.filter((rule) => rule.alert !== undefined);
const cases = TEST_FILES.flatMap((path) => (parse(readFileSync(path, "utf8")) as TestFile).tests);

it("promtool takes every rule", async () => {
  const { code, said } = await promtool(["check", "rules", ...RULE_FILES]);
  expect([code, said.match(/SUCCESS/g)]).toEqual([0, RULE_FILES.map(() => "SUCCESS")]);
});

it.each(TEST_FILES.map((path) => [basename(path), path]))("rules do what %s says", async (_, path) => {
  expect(await promtool(["test", "rules", path])).toMatchObject({ code: 0 });
});

it("every alert has a case in which it fires, of each severity, and one in which it is silent", () => {
  const checks = cases.flatMap((test) => test.alert_rule_test ?? []);
  for (const { alert, labels } of alerts) {
    const own = checks.filter(({ alertname }) => alertname === alert);
    const fired = own.flatMap(({ exp_alerts }) => exp_alerts).map(({ exp_labels }) => exp_labels.severity);
    expect([alert, fired.includes(labels?.severity ?? "")]).toEqual([alert, true]);
    const silent = own.some(({ exp_alerts }) => exp_alerts.length === 0);
    expect([alert, silent || alert === "ChatbenchWatchdog"]).toEqual([alert, true]);
  }
  const tried = cases.flatMap((test) => test.promql_expr_test ?? []).map(({ expr }) => expr);
  const recorded = rules.flatMap(({ record }) => record ?? []);
  expect(recorded.filter((record) => !tried.includes(record))).toEqual([]);
});

/** Of blackbox_exporter, and what the daemon tells as soon as targets have uptime objectives. */
const BESIDE = ["probe_success", "chatbench_objective_uptime_ratio"];
/** The limit that the measurement `cost_reduction` will have (generate/rules/lint.test.ts holds it to the catalogue). */
const PLANNED = ["chatbench_objective_cost_reduction_ratio"];
/** Our label on the series that k6 sends. */
const LABEL = "chatbench_scenario";

it("rules name only metrics that the daemon or the prober has, and series that rules record", () => {
  const recorded = rules.flatMap(({ record }) => record ?? []);
  const known = new Set([
    ...CATALOGUE.flatMap(({ metrics }) => metrics.map(({ name }) => name)),
    ...BESIDE,
    ...PLANNED,
    LABEL,
  ]);
  for (const { expr, annotations = {} } of rules) {
    const text = [expr, ...Object.values(annotations)].join("\n");
    const others = recorded.reduce((rest, name) => rest.replaceAll(name, ""), text);
    const named = [...others.matchAll(/\b(?:chatbench|probe|k6|process|nodejs)_[a-z0-9_]+/g)].map(([name]) => name);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
    const made = [...text.matchAll(/\b(?:slo|target|job|instance|scenario_target_trigger):\w+:\w+/g)].map(
      ([name]) => name,
    );
    expect(made.filter((name) => !recorded.includes(name))).toEqual([]);
  }
});

/** Every metric that is of runs, or may be: with what it tells of a run goes the label that says who asked for it. */
const OF_RUNS = new Set([
  ...CATALOGUE.flatMap(({ metrics }) => metrics).flatMap(({ name, labels }) =>
    labels.includes("trigger") ? name : [],
  ),
  "scenario_target_trigger:k6_series:count",
]);

/** Alerts, and what is recorded for them alone: the series that are kept while the daemon is away. */
const forAlerts = rules.filter(({ alert, record }) => alert !== undefined || record?.startsWith("instance:") === true);

it("no alert can see a run that no schedule asked for, whatever it is an alert on", () => {
  const selectors = forAlerts.flatMap(({ expr }) => all(parsed(expr), "VectorSelector"));
  const ofRuns = selectors.filter((node) => OF_RUNS.has((metricOf(node) ?? "").replace(/^instance:(\w+):last$/, "$1")));
  expect(ofRuns.length).toBeGreaterThan(30);
  const open = ofRuns.filter((node) => {
    const trigger = matchersOf(node).find(({ label }) => label === "trigger");
    const scheduled = trigger?.op === "=" && trigger.value === "cron";
    // Sources of the daemon itself have no trigger; the database's is asked for by name, and belongs to no run.
    const ofDaemon = metricOf(node) === "chatbench_scrape_collector_success";
    const own = matchersOf(node).some(({ label, value }) => label === "target" && value === "");
    return !scheduled && !(ofDaemon && (own || (trigger?.op === "=~" && trigger.value === "|cron")));
  });
  const isKept = (node: (typeof open)[number]): boolean => metricOf(node)?.startsWith("instance:") === true;
  // What is kept was chosen when it was recorded.
  expect(open.filter((node) => !isKept(node)).map((node) => metricOf(node))).toEqual([]);
});

it("every alert says what happened and where to look, and its runbook is there", () => {
  for (const { alert = "", labels, annotations = {} } of alerts) {
    expect(alert).toMatch(/^Chatbench[A-Z]/);
    expect(["critical", "warning", "info", "none"]).toContain(labels?.severity);
    expect(annotations.summary).toMatch(/^[A-Z][^{]*\.$/);
    expect(annotations.description).toMatch(/\.$/);
    expect(annotations.dashboard_url).toMatch(/^http:\/\/127\.0\.0\.1:3000\/d\/chatbench-[a-z]+/);
    expect(annotations.runbook_url).toMatch(/^http:\/\/127\.0\.0\.1:8640\/runbooks\/[a-z0-9-]+\.md$/);
  }
  const linked = new Set(alerts.map(({ annotations }) => basename(annotations?.runbook_url ?? "")));
  const written = readdirSync(RUNBOOKS).filter((name) => name !== "README.md");
  expect(written.sort()).toEqual([...linked].sort());
});

it("every runbook tells what it means, how to check and what to do, and follows no dead link", () => {
  const parts = ["## What it means", "## How to check", "## What to do"];
  for (const name of readdirSync(RUNBOOKS)) {
    const text = readFileSync(join(RUNBOOKS, name), "utf8");
    const missing = parts.filter((part) => name !== "README.md" && !text.includes(`\n${part}\n`));
    expect([name, missing]).toEqual([name, []]);
    const links = [...text.matchAll(/\]\((?!http)([^)#]+)/g)].map(([, link = ""]) => join(RUNBOOKS, link));
    for (const link of links) expect(() => readFileSync(link)).not.toThrow();
  }
});

/** Where a fault would be found: a file of cases, or one case of it, because those of days take long. */
interface Where {
  readonly file: string;
  readonly only?: string;
}

it.each<readonly [string, readonly [string, string], Where]>([
  [
    "gauges that are forgotten when a daemon is away",
    ["unless on (job) up", "and on (job) up"],
    { file: "objectives.yml" },
  ],
  [
    "a daemon that is away and overruled by another",
    ['up{job="chatbench"} == 0', 'up{job="chatbench"} == 2'],
    { file: "objectives.yml" },
  ],
  [
    "what was removed and is still told of",
    ['up{job="chatbench"} == 1', 'up{job="chatbench"} == 2'],
    { file: "runs.yml" },
  ],
  ["a database that is away and resolves", ['target=""} == 0', 'target=""} == 2'], { file: "runs.yml" }],
  ["twice within 10 % that pages", [" >= 1", " >= 0"], { file: "objectives.yml" }],
  ["a pull request that pages", ['trigger="cron"', 'trigger=~".+"'], { file: "objectives.yml" }],
  ["a limit that is judged again", ['verdict="fail"', 'verdict=~"fail|warning"'], { file: "objectives.yml" }],
  ["a pause that is overlooked", ["schedule_paused", "schedule_unknown"], { file: "runs.yml" }],
  [
    "a window that pages though nothing was probed",
    [">= 0.25", ">= 0"],
    { file: "uptime.yml", only: "A fresh install with a target that takes ten minutes to start does not page" },
  ],
  [
    "a probe that was not made and is taken for a failure",
    ["clamp_max(", "clamp_min("],
    {
      file: "uptime.yml",
      only: "After a gap of an hour, three failures do not page; an outage does as soon as enough was probed",
    },
  ],
  [
    "a page that a few failures make",
    ["> 14.4", "> 10"],
    { file: "uptime.yml", only: "A single failed probe does not page, and neither do three in an hour" },
  ],
  [
    "a limit that is not the configured one",
    ["1 - (max by (target)", "0.001 + 0 * (max by (target)"],
    { file: "uptime.yml", only: "The limit is the configured one" },
  ],
])("the cases would find %s", async (_, [from, to], where) => {
  const folder = await mkdtemp(join(tmpdir(), "chatbench-rules-"));
  await cp(RULES, folder, { recursive: true });
  const changed = await Promise.all(
    files(folder).map(async (path) => {
      const text = await readFile(path, "utf8");
      await writeFile(path, text.replaceAll(from, to));
      return text.includes(from);
    }),
  );
  const path = join(folder, "tests", where.file);
  const cases = parse(await readFile(path, "utf8")) as { tests: readonly { readonly name: string }[] };
  const tests = cases.tests.filter(({ name }) => where.only === undefined || name === where.only);
  await writeFile(path, JSON.stringify({ ...cases, tests }));
  const { code, said } = await promtool(["test", "rules", path]);
  await rm(folder, { recursive: true });
  // Found by a case, and not because a file could not be read.
  expect([changed.includes(true), tests.length > 0, code !== 0, said.includes("FAILED")]).toEqual([
    true,
    true,
    true,
    true,
  ]);
});
