import { expect, it } from "vitest";
import { exactText, instantText, relativeText, shortText, spanText, timeElement, zoneText } from "./moments.ts";

const NOW = Date.parse("2026-11-23T10:00:05Z");
const HOUR = 3_600_000;

it.each([
  [0, "0 s"],
  [89, "89 s"],
  [90, "2 min"],
  [3569, "59 min"],
  [3570, "1 h"],
  [3 * 3600 + 300, "3 h 5 min"],
  [86_369, "23 h 59 min"],
  [86_371, "1 d"],
  [2 * 86_400 + 4 * 3600, "2 d 4 h"],
  [30 * 86_400 + 4 * 3600, "30 d"],
])("tells a span of %d s only as exactly as somebody who waits needs it", (seconds, text) => {
  expect(spanText(seconds)).toBe(text);
});

it("says whether a moment is to come or was", () => {
  expect(relativeText(NOW + 3 * HOUR, NOW)).toBe("in 3 h");
  expect(relativeText(NOW - 12 * 60_000, NOW)).toBe("12 min ago");
  expect(relativeText(NOW + 400, NOW)).toBe("now");
  expect(relativeText(Number.NaN, NOW)).toBe("at an unknown time");
});

it("leaves the date out only where no other day can be meant", () => {
  expect(shortText(NOW + 16 * HOUR, NOW)).toBe("02:00 UTC");
  expect(shortText(NOW + 25 * HOUR, NOW)).toBe("24 Nov 2026, 11:00 UTC");
  expect(exactText(NOW)).toBe("23 Nov 2026, 10:00:05 UTC");
  expect(instantText(8.64e15 + 1)).toBe("at an unknown time");
});

it("tells the time of the day in the zone of a schedule, over a change of its clock", () => {
  expect(zoneText(Date.parse("2026-11-24T02:30:00Z"), "Europe/Berlin")).toBe("03:30 Europe/Berlin");
  expect(zoneText(Date.parse("2026-07-24T02:30:00Z"), "Europe/Berlin")).toBe("04:30 Europe/Berlin");
  expect(zoneText(NOW, "UTC")).toBeUndefined();
  expect(zoneText(NOW, "Nowhere/At-All")).toBeUndefined();
  expect(zoneText(Number.NaN, "Europe/Berlin")).toBeUndefined();
});

it("gives machines the moment too", () => {
  expect(timeElement(NOW, "now").markup).toBe('<time datetime="2026-11-23T10:00:05.000Z">now</time>');
});
