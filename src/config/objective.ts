import { isCatalogued, MEASUREMENTS, type Comparator, type Objective, type Unit } from "../model/index.ts";
import { parseDuration, parsePlain, parseRate, parseRatio, parseSize, quote, type Quantity } from "./quantity.ts";
import { hint } from "./suggest.ts";

export type ObjectiveResult = { readonly objective: Objective } | { readonly problem: string };

const CONDITION = /^\s*(<=|>=|<|>)\s*([^<>=!\s].*?)\s*$/s;

/** A metric of the script: `k6.<metric>.<stat>`, the metric under the name that k6 allows. */
const OWN_METRIC = /^k6\.([A-Za-z_]\w{0,127})\.(.+)$/;
const STAT = /^(?:avg|min|med|max|count|rate|value|p\((?:90|95|99)\))$/;

interface Form {
  readonly parse: (text: string) => Quantity;
  readonly example: string;
  /** Highest value that the unit can take, if it has one. */
  readonly most?: number;
}

const suffixed =
  (parse: (text: string) => Quantity, suffix: string) =>
  (text: string): Quantity =>
    text.endsWith(suffix) ? parse(text.slice(0, -suffix.length)) : { problem: `${quote(text)} lacks its "${suffix}"` };

const FORMS: Readonly<Record<Unit, Form>> = {
  s: { parse: parseDuration, example: "200ms" },
  ratio: { parse: parseRatio, example: "1%", most: 1 },
  "1/s": { parse: parseRate, example: "50/s" },
  count: { parse: parsePlain, example: "100" },
  bytes: { parse: parseSize, example: "64MiB" },
  "bytes/s": { parse: suffixed(parseSize, "/s"), example: "10MB/s" },
  cores: { parse: parsePlain, example: "2" },
  usd: { parse: parsePlain, example: "0.05" },
  "tokens/s": { parse: suffixed(parsePlain, " tokens/s"), example: "40 tokens/s" },
};

const OWN_FORM: Form = { parse: parseOwnLimit, example: "0.5" };

/** Nobody but the script knows the unit of its metrics; times are kept in seconds. */
function parseOwnLimit(text: string): Quantity {
  const duration = parseDuration(text);
  if (!("value" in duration)) return parsePlain(text);
  const seconds = Number(duration.value.toPrecision(12));
  return {
    problem: `limits of a metric of the script are plain numbers, seconds for times: write "${seconds}" for ${quote(text)}`,
  };
}

/** Parses `name: condition`, the limit in the unit that the catalogue gives the measurement. */
export function parseObjective(name: string, condition: string): ObjectiveResult {
  const kind = isCatalogued(name) ? MEASUREMENTS[name] : undefined;
  // p95 and k6's own p(95) are the same.
  const measurement = kind === undefined ? name.replace(/^(k6\..*\.p)(\d+)$/, "$1($2)") : name;
  if (kind === undefined) {
    const problem = ownMetricProblem(measurement);
    if (problem !== undefined) return { problem };
  }
  if (kind === undefined) return conditionOf(measurement, condition, { form: OWN_FORM });
  return conditionOf(measurement, condition, { form: FORMS[kind.unit], better: kind.better });
}

/** Parses a condition on what is no measurement of runs. */
export function parseCondition(
  name: string,
  condition: string,
  { unit, better, example }: { readonly unit: Unit; readonly better: "lower" | "higher"; readonly example: string },
): ObjectiveResult {
  return conditionOf(name, condition, { form: { ...FORMS[unit], example }, better });
}

function conditionOf(
  measurement: string,
  condition: string,
  { form, better }: { readonly form: Form; readonly better?: "lower" | "higher" },
): ObjectiveResult {
  const usual = better === "higher" ? ">=" : "<";
  const [, comparator, written] = CONDITION.exec(condition) ?? [];
  if (comparator === undefined || written === undefined) {
    return {
      problem: `${quote(condition)} is not a condition: write <, <=, > or >= and a limit, for example "${usual} ${form.example}"`,
    };
  }
  const limit = form.parse(written);
  if ("problem" in limit) return { problem: limit.problem };
  const objective: Objective = {
    measurement,
    comparator: comparator as Comparator,
    limit: limit.value,
    condition: condition.trim(),
  };
  const problem = better === undefined ? undefined : senseProblem(objective, better, form);
  return problem === undefined ? { objective } : { problem };
}

function ownMetricProblem(name: string): string | undefined {
  const [, , stat] = OWN_METRIC.exec(name) ?? [];
  if (stat !== undefined && STAT.test(stat)) return undefined;
  if (stat !== undefined) {
    return `unknown statistic ${quote(stat)} of a metric of the script; there are avg, min, med, max, p90, p95, p99, count, rate and value`;
  }
  if (name === "k6" || name.startsWith("k6.")) {
    return `${quote(name)} is not the name of a metric of the script: write k6.<metric>.<statistic>, for example k6.my_timer.p95`;
  }
  return `unknown measurement ${quote(name)}${hint(name, Object.keys(MEASUREMENTS), "measurements")}`;
}

/** A condition that is turned round, or can never or always hold, would be a verdict about nothing. */
function senseProblem(objective: Objective, better: "lower" | "higher", form: Form): string | undefined {
  const { measurement, comparator, limit, condition } = objective;
  const upper = comparator.startsWith("<");
  if (upper !== (better === "lower")) {
    const right = `${better === "lower" ? "<" : ">="} ${form.example}`;
    return `${quote(condition)} is turned round: ${better} is better for ${measurement}, write for example "${right}"`;
  }
  const most = form.most ?? Infinity;
  if ((comparator === "<" && limit <= 0) || (comparator === ">" && limit >= most)) {
    return `${quote(condition)} can never be met: ${measurement} cannot be ${upper ? "below 0" : "above its whole"}`;
  }
  if ((comparator === ">=" && limit <= 0) || (comparator === "<=" && limit >= most)) {
    return `${quote(condition)} is always met, so it would say nothing: choose a limit that ${measurement} can miss`;
  }
  return undefined;
}
