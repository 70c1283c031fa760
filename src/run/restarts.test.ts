import { describe, expect, it } from "vitest";
import type { ProcessMark } from "../model/index.ts";
import { Restarts } from "./restarts.ts";

const FROM = 1_790_000_000_000;
const HOUR_MS = 3_600_000;

/** One reading a second: what was found, and at which readings another process counted. */
function readings(marks: readonly (ProcessMark | undefined)[]) {
  const restarts = new Restarts(FROM);
  const others = marks.flatMap((mark, second) => {
    const at = FROM + second * 1_000;
    return mark !== undefined && restarts.see([mark], { asked: at, answered: at }) ? [second] : [];
  });
  return { found: restarts.found.map(({ after, by }) => [(after - FROM) / 1_000, (by - FROM) / 1_000]), others };
}
const started = (at: number): ProcessMark => ({ what: "the target", began: { at } });

describe("a restart", () => {
  it("is a start that is newer than all seen, between two readings", () => {
    const [old, again] = [started(FROM - HOUR_MS), started(FROM + 2_500)];
    expect(readings([old, old, old, again, again])).toEqual({ found: [[2, 3]], others: [3] });
    // Nobody answered in between.
    expect(readings([old, old, undefined, undefined, again])).toEqual({ found: [[1, 4]], others: [4] });
  });

  it("is none where several processes answer in turn, though no counter can be compared between them", () => {
    const [one, two] = [started(FROM - HOUR_MS), started(FROM - 2 * HOUR_MS)];
    expect(readings([one, two, one, two])).toEqual({ found: [], others: [1, 2, 3] });
    // The newer one answers later, and was rolled out just before the run.
    expect(readings([two, one, started(FROM - 10_000), one])).toEqual({ found: [], others: [1, 2, 3] });
  });

  it("is none where a clock that is set moves the instant of the start", () => {
    const boot = FROM - HOUR_MS;
    expect(readings([started(boot), started(boot + 1_000), started(boot)])).toEqual({ found: [], others: [] });
    expect(readings([started(boot), started(boot + 5_000)]).found).toEqual([]);
  });

  it("is told by the source's own clock, however far that is from ours", () => {
    const behind = (second: number, at: number): ProcessMark => ({
      what: "PostgreSQL",
      began: { at: at - HOUR_MS, now: FROM + second * 1_000 - HOUR_MS },
    });
    const old = FROM - 60_000;
    expect(readings([behind(0, old), behind(1, old), behind(2, FROM + 1_800)]).found).toEqual([[1, 2]]);
  });

  it("of servers with ids is an id that was never seen, of a server that began since it is watched", () => {
    const redis = (identity: string, seconds?: number): ProcessMark => ({
      ...{ what: "Redis", identity },
      ...(seconds !== undefined && { began: { at: 0, now: seconds * 1_000 } }),
    });
    expect(readings([redis("a"), redis("b"), redis("a"), redis("b")])).toEqual({ found: [[0, 1]], others: [1, 2, 3] });
    expect(readings([redis("a", 900), redis("b", 901), redis("a", 902)])).toEqual({ found: [], others: [1, 2] });
    expect(readings([redis("a", 1), redis("a", 2), redis("b", 0)])).toEqual({ found: [[1, 2]], others: [2] });
  });
});
