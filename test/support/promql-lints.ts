/**
 * The checks of pint and of Grafana's dashboard-linter that concern a single expression, over the tree of the official
 * grammar. docs/decisions/0046 lists every rule of both and where it is held. Each gives what is wrong, in words.
 */
import {
  all,
  ARITHMETIC,
  binaryOf,
  groupingOf,
  inner,
  isNumber,
  labelsOf,
  matchersOf,
  metricOf,
  nameOf,
  parsed,
  withParents,
  type Node,
} from "./promql.ts";

export type Lint = (expr: string) => readonly string[];

/** pint promql/syntax, dashboard-linter target-promql. */
export const syntax: Lint = (expr) =>
  all(parsed(expr))
    .filter(({ isError }) => isError)
    .map(({ text }) => `no PromQL at "${text}"`);

export interface Kinds {
  readonly isCounter: (metric: string) => boolean;
  readonly isNativeHistogram: (metric: string) => boolean;
}

const OF_COUNTERS = ["rate", "irate", "increase"];

/** pint promql/counter and promql/rate, dashboard-linter target-counter-agg: also where a selector has labels. */
export function counters(expr: string, { isCounter, isNativeHistogram }: Kinds): readonly string[] {
  return withParents(parsed(expr), "VectorSelector").flatMap(({ node, above }) => {
    const metric = metricOf(node);
    if (metric === undefined) return [];
    const call = [...above].reverse().find(({ kind }) => kind === "FunctionCall" || kind === "AggregateExpr");
    const name = call === undefined ? "nothing" : nameOf(call);
    const taken = OF_COUNTERS.includes(name);
    if (isNativeHistogram(metric) && !["rate", "increase"].includes(name))
      return [`${name} of the native histogram ${metric}`];
    if (isCounter(metric) && !taken) return [`${name} of the counter ${metric}`];
    return taken && !isCounter(metric) && !isNativeHistogram(metric) ? [`${name} of ${metric}, no counter`] : [];
  });
}

/** pint promql/rate: a sum of counters that restarts is no counter. */
export const rateOfSum: Lint = (expr) =>
  all(parsed(expr), "FunctionCall")
    .filter((call) => OF_COUNTERS.includes(nameOf(call)) && all(call, "SubqueryExpr").length > 0)
    .map(({ text }) => `rate of what is no series: ${text}`);

const short = ({ text }: Node): string => (text.length > 150 ? `${text.slice(0, 150)} ...` : text);

const META = /[\\.*+?[\](){}|^$]/;

/** pint promql/regexp: only where a variable of Grafana may hold several is an expression not told by its text. */
export const regexps: Lint = (expr) =>
  all(parsed(expr), "VectorSelector").flatMap((selector) =>
    matchersOf(selector)
      .filter(({ op, value }) => op.includes("~") && !/\$\{?\w/.test(value))
      .flatMap(({ label, value }) => [
        ...(META.test(value) ? [] : [`${label}=~"${value}" needs no expression`]),
        ...(/^\^|\$$/.test(value) ? [`${label}=~"${value}" is anchored anyway`] : []),
        ...(value === ".*" ? [`${label}=~".*" says nothing`] : []),
      ]),
  );

/** pint promql/impossible and promql/vector_matching: both sides have the labels by which they are matched. */
export const matching: Lint = (expr) =>
  all(parsed(expr), "BinaryExpr").flatMap((node) => {
    const { left, operator, right, matching: clause } = binaryOf(node);
    // A union need not match: rows of a table may have labels of their own.
    if (operator === "Or" || isNumber(left) || isNumber(right)) return [];
    const [ofLeft, ofRight] = [labelsOf(left), labelsOf(right)];
    if (ofLeft === undefined || ofRight === undefined) return [];
    if (clause === undefined) {
      const same = ofLeft.size === ofRight.size && [...ofLeft].every((label) => ofRight.has(label));
      return same ? [] : [`sides with other labels (${[...ofLeft].join()} / ${[...ofRight].join()}): ${short(node)}`];
    }
    if (!clause.text.startsWith("on")) return [];
    const missing = groupingOf(clause).filter((label) => !ofLeft.has(label) || !ofRight.has(label));
    return missing.map((label) => `matched by ${label}, which a side lacks: ${short(node)}`);
  });

/** pint promql/impossible: nothing is grouped by a label that was aggregated away before. */
export const groupings: Lint = (expr) =>
  all(parsed(expr), "AggregateExpr").flatMap((node) => {
    const own = labelsOf(node);
    const body = node.children.find(({ kind }) => kind === "FunctionCallBody")?.children.at(-1);
    const below = body && labelsOf(body);
    if (own === undefined || below === undefined) return [];
    return [...own]
      .filter((label) => !below.has(label))
      .map((label) => `grouped by ${label}, gone before: ${short(node)}`);
  });

/** pint promql/nan, of every division: a sum with one 0/0 in it is no number. */
export function divisions(expr: string, isNeverZero: (divisor: string) => boolean): readonly string[] {
  return all(parsed(expr), "BinaryExpr").flatMap((node) => {
    const { operator, right } = binaryOf(node);
    if (operator !== "Div" && operator !== "Mod") return [];
    return isGuarded(right, isNeverZero) ? [] : [`divided by what may be 0: ${right.text}`];
  });
}

function isGuarded(divisor: Node, isNeverZero: (divisor: string) => boolean): boolean {
  const node = inner(divisor);
  if (isNumber(node)) return Number(node.text) !== 0;
  if (isNeverZero(node.text)) return true;
  if (node.kind === "BinaryExpr") {
    const { operator, right } = binaryOf(node);
    return operator === "Gtr" && isNumber(right);
  }
  // count_over_time of series that are there is at least 1; an aggregation keeps what holds for each part.
  if (node.kind === "FunctionCall" && ["clamp_min", "count_over_time"].includes(nameOf(node))) return true;
  const body = node.kind === "AggregateExpr" ? node.children.at(-1)?.children.at(-1) : undefined;
  return body !== undefined && isGuarded(body, isNeverZero);
}

/** pint promql/fragile. */
export const fragile: Lint = (expr) => {
  const tree = parsed(expr);
  const sampling = all(tree, "AggregateExpr")
    .map(nameOf)
    .filter((name) => /^(topk|bottomk|limitk|limit_ratio)$/.test(name));
  const between = all(tree, "BinaryExpr").filter((node) => {
    const { left, operator, right } = binaryOf(node);
    return ARITHMETIC.includes(operator) && [left, right].every((side) => inner(side).kind === "AggregateExpr");
  });
  return [
    ...sampling.map((name) => `${name} flaps`),
    ...between.map(({ text }) => `between two aggregations: ${text}`),
  ];
};

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

export function secondsOf(duration: string): number {
  const [, count = "", unit = ""] = /^(\d+)([smhd])$/.exec(duration) ?? [];
  return Number(count) * (SECONDS[unit] ?? Number.NaN);
}

/** pint promql/range_query, promql/rate and promql/offset: nothing older than what is kept, two samples in each range. */
export function ranges(expr: string, { longest, shortest }: { readonly longest: number; readonly shortest: number }) {
  const tree = parsed(expr);
  const lengths = all(tree, "DurationExpr").map(({ text }) => text);
  return [
    ...lengths.filter((text) => !(secondsOf(text) <= longest)).map((text) => `${text} is longer than what is kept`),
    ...lengths.filter((text) => secondsOf(text) < shortest).map((text) => `${text} may hold one sample only`),
    ...all(tree, "OffsetExpr").map(({ text }) => `looks at another time: ${text}`),
  ];
}
