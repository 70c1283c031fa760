import fc from "fast-check";
import { expect, it } from "vitest";
import { runIdOf } from "../model/index.ts";
import { idSuffix } from "./ids.ts";

const SECOND = Date.parse("2026-11-23T02:00:00Z");

it("ids of two runs of one second sort as the runs came, from one millisecond to the next", () => {
  const milliseconds = fc.integer({ min: 0, max: 999 });
  fc.assert(
    fc.property(milliseconds, milliseconds, (first, second) => {
      const [one, other] = [first, second].map((ms) => runIdOf(SECOND + ms, "chat", idSuffix(SECOND + ms)));
      if (first === second || one === undefined || other === undefined) return;
      expect(one < other).toBe(first < second);
    }),
  );
});
