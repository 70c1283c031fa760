// The lints themselves: each finds what it is there for, and is silent beside it.
import { expect, it } from "vitest";
import * as lints from "../test/support/promql-lints.ts";

const KINDS: lints.Kinds = {
  isCounter: (metric) => metric.endsWith("_total"),
  isNativeHistogram: (metric) => metric === "k6_time_seconds",
};
const RANGES = { shortest: 30, longest: 86_400 };
const counters = (expr: string): readonly string[] => lints.counters(expr, KINDS);
const divisions = (expr: string): readonly string[] => lints.divisions(expr, (text) => text === "never_zero");
const ranges = (expr: string): readonly string[] => lints.ranges(expr, RANGES);

it.each<readonly [string, lints.Lint, string, string]>([
  ["syntax", lints.syntax, "sum(a", "sum(a)"],
  ["a counter with labels, taken as it is", counters, 'sum(x_total{a="b"})', 'sum(rate(x_total{a="b"}[5m]))'],
  ["the largest of a counter", counters, "max_over_time(x_total[5m])", "increase(x_total[5m])"],
  ["a rate of no counter", counters, "rate(x_users[5m])", "avg_over_time(x_users[5m])"],
  ["a native histogram's last value", counters, "last_over_time(k6_time_seconds[5m])", "rate(k6_time_seconds[5m])"],
  ["a rate of a sum", lints.rateOfSum, "rate(sum(x_total)[5m:1m])", "sum(rate(x_total[5m]))"],
  ["an expression that is a word", lints.regexps, 'a{b=~"c"}', 'a{b=~"c|d"}'],
  ["an anchor that is there anyway", lints.regexps, 'a{b=~"^c|d$"}', 'a{b=~"$c"}'],
  ["an expression that all match", lints.regexps, 'a{b=~".*"}', 'a{b=~".+"}'],
  ["sides that never match", lints.matching, "max by (a) (x) unless max(y)", "max by (a) (x) unless max by (a) (y)"],
  [
    "matched by what was lost",
    lints.matching,
    "max by (a) (x) and on (b) max by (a, b) (y)",
    "max by (a, b) (x) and on (b) max by (b) (y)",
  ],
  ["grouped by what was lost", lints.groupings, "sum by (a) (max by (b) (x))", "sum by (a) (max by (a, b) (x))"],
  ["a divisor that may be 0", divisions, "sum(a / b)", "sum(a / (b > 0))"],
  ["a number as divisor: 0", divisions, "a / 0", "a / 240"],
  ["a sum of what may be 0", divisions, "a / sum(b)", "a / sum(count_over_time(b[5m]))"],
  ["a remainder by 0", divisions, "a % b", "a % never_zero"],
  ["a sample of series", lints.fragile, "topk(3, a) > 0", "max(a) > 0"],
  ["arithmetic between aggregations", lints.fragile, "sum(a) / sum(b) > 1", "sum(a) > 1"],
  ["a range beyond what is kept", ranges, "max_over_time(a[2d])", "max_over_time(a[1d])"],
  ["a range of one sample", ranges, "rate(a[15s])", "rate(a[30s])"],
  ["another time", ranges, "a offset 5m", "a"],
])("find %s", (...[, lint, wrong, right]) => {
  expect([lint(wrong).length > 0, lint(right)]).toEqual([true, []]);
});
