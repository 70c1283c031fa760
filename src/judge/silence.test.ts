import { describe, expect, it } from "vitest";
import type { Timeline } from "../model/index.ts";
import { timelineOf, times } from "../../test/support/facts.ts";
import { hangsOf, isUsable, judgedPoints } from "./silence.ts";

/** One character a second: a digit is answers, a dot none, an underscore none and no user. */
function picture(text: string): Timeline {
  const seconds = Array.from(text);
  return timelineOf(
    seconds.map((s) => (s === "_" ? 0 : 10)),
    (i) => times(Number(seconds[i]!.replace(/[._]/, "0")), 0.1),
  );
}

describe("hangsOf", () => {
  it.each([
    ["a silence of five seconds", "9999999999.....9999999999", 1],
    ["not one of four", "9999999999....9999999999", 0],
    ["ten answers due", "2222222222.....2222222222", 1],
    ["not fewer", "1111111111.........1111111111", 0],
    ["not pauses that are usual", "99.....99.....99.....99.....99", 0],
    ["not three alike", "99.....99.....99.....99", 0],
    ["one three times the usual pause", "99..99..99..99..99......99", 1],
    ["not one below three times", "99..99..99..99..99.....99", 0],
    ["both of two", "99999999.....99999999.....9999999", 2],
    ["not a time without users", "9999999999______9999999999", 0],
    ["none where nothing is ever answered", "..........", 0],
  ])("finds %s", (_, text, hangs) => expect(hangsOf(picture(text))).toHaveLength(hangs));

  it("tells the one after which no answer came", () => {
    expect(hangsOf(picture("9999999999....."))).toStrictEqual([{ from: 10, to: 15, last: true }]);
    expect(hangsOf(picture("9999999999.....9"))).toStrictEqual([{ from: 10, to: 15, last: false }]);
  });
});

describe("judgedPoints", () => {
  it("are those wholly inside the judged window", () => {
    const timeline = { ...picture("999999"), judged: { from: 1.5, to: 5 } };
    expect(judgedPoints(timeline).map(({ at }) => at)).toStrictEqual([3, 4, 5]);
    const exact = { ...timeline, judged: { from: 1, to: 4.9 } };
    expect(judgedPoints(exact).map(({ at }) => at)).toStrictEqual([2, 3, 4]);
  });
});

describe("isUsable", () => {
  const good = picture("999");
  const change = (edit: object): Timeline => ({
    ...good,
    points: good.points.map((p, i) => (i === 1 ? { ...p, ...edit } : p)),
  });
  it("accepts a sane timeline", () => expect(isUsable(good)).toBe(true));
  it.each([
    [{ users: Number.NaN }],
    [{ users: -1 }],
    [{ requests: Infinity }],
    [{ failed: 10 }],
    [{ seconds: 0 }],
    [{ at: 1.5 }],
    [{ latency: { min: 0, p50: Number.NaN, p90: 0, p95: 0, p99: 0, max: 0 } }],
  ])("refuses %j", (edit) => expect(isUsable(change(edit))).toBe(false));
  it.each([
    { from: Number.NaN, to: 3 },
    { from: 0, to: Infinity },
    { from: 3, to: 3 },
  ])("refuses a judged window of %j", (judged) => expect(isUsable({ ...good, judged })).toBe(false));
});
