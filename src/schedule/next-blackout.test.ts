import fc from "fast-check";
import { expect, it } from "vitest";
import { inBlackout, nextBlackout } from "./index.ts";
import { zoneOf } from "./zone.ts";

const at = (text: string): number => Date.parse(`${text}Z`);
const [utc, berlin] = [zoneOf("UTC")!, zoneOf("Europe/Berlin")!];
const MINUTE_MS = 60_000;

it("the next blackout begins at its next start, on its day, or now", () => {
  const nights = [{ from: "22:00", to: "01:00", days: [] }];
  expect(nextBlackout(nights, utc, at("2026-11-23T02:00:30"))).toBe(at("2026-11-23T22:00"));
  expect(nextBlackout(nights, utc, at("2026-11-23T00:30"))).toBe(at("2026-11-23T00:30"));
  expect(nextBlackout(nights, utc, at("2026-11-23T01:00"))).toBe(at("2026-11-23T22:00"));
  expect(nextBlackout([{ from: "08:00", to: "12:00", days: [1] }], utc, at("2026-11-23T12:00"))).toBe(
    at("2026-11-30T08:00"),
  );
  expect(nextBlackout([], utc, at("2026-11-23T12:00"))).toBeUndefined();
});

it("8: in a week in which clocks are moved, it is the first minute in a blackout, minute by minute", () => {
  const windows = fc.subarray([
    { from: "02:10", to: "02:50", days: [] },
    { from: "08:00", to: "12:00", days: [1, 2, 3] },
    { from: "23:30", to: "01:00", days: [6] },
  ]);
  const starts = fc.integer({ min: 0, max: 3 * 1440 });
  fc.assert(
    fc.property(
      windows,
      starts,
      fc.constantFrom(at("2026-03-27T10:00"), at("2026-10-23T10:00")),
      (all, minutes, day) => {
        const from = day + minutes * MINUTE_MS;
        let first = from;
        while (all.length > 0 && !inBlackout(all, berlin, first)) first += MINUTE_MS;
        expect(nextBlackout(all, berlin, from)).toBe(all.length === 0 ? undefined : first);
      },
    ),
    { numRuns: 30 },
  );
});
