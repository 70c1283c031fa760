import { describe, expect, it } from "vitest";
import { timelineOf, times } from "../../test/support/facts.ts";
import { hangsOf } from "./silence.ts";

/** 30 s of `perSecond` answers to 60 users, then silence while the users are those of `tail`. */
function ending(perSecond: number, tail: readonly number[]): ReturnType<typeof hangsOf> {
  return hangsOf(timelineOf([...times(30, 60), ...tail], (second) => (second < 30 ? times(perSecond, 0.1) : [])));
}

describe("silence at the end of a load", () => {
  it("is no hang where users think for 7 s before they leave", () => {
    expect(ending(9, [60, 50, 40, 30, 20, 10, 5])).toStrictEqual([]);
  });
  it("is a hang where quick users stay: half of them were never answered again", () => {
    expect(ending(300, times(20, 30))).toStrictEqual([{ from: 30, to: 50, last: true }]);
  });
  it("is a hang also where others leave meanwhile", () => {
    expect(ending(300, [60, 45, ...times(18, 30)])).toHaveLength(1);
  });
  it("is a hang behind the judged window too: what was cut off there is in no number", () => {
    const timeline = timelineOf([...times(30, 60), ...times(20, 30)], (at) => (at < 30 ? times(300, 0.1) : []));
    const judged = { from: 0, to: 30 };
    expect(hangsOf({ ...timeline, judged })).toStrictEqual([{ from: 30, to: 50, last: true }]);
  });
  it("is no hang behind the judged window where users think once more before they leave", () => {
    const timeline = timelineOf([...times(30, 60), ...times(7, 60)], (at) => (at < 30 ? times(9, 0.1) : []));
    expect(hangsOf({ ...timeline, judged: { from: 0, to: 30 } })).toStrictEqual([]);
  });
  it("is no hang where the few who stay could have been unlucky", () => {
    expect(ending(12, [60, 40, 20, ...times(7, 1)])).toStrictEqual([]);
  });
  it("is a hang where nobody leaves, however long they think: so many do not pause together", () => {
    expect(ending(9, times(7, 60))).toHaveLength(1);
  });
});
