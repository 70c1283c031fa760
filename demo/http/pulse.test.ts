import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Pulse } from "./pulse.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] }));
afterEach(() => void vi.useRealTimers());

it("a loop that turns in time is not late", () => {
  const pulse = new Pulse();
  pulse.begin();
  vi.advanceTimersByTime(20);
  expect(pulse.lateAt(performance.now() + 1)).toBe(0);
});

it("what is found after a long round may have lain there since the round before", () => {
  const pulse = new Pulse();
  pulse.begin();
  vi.advanceTimersByTime(20);
  // The beats were at 18 and 20; then the process had no processor until 80.
  expect(pulse.lateAt(80)).toBe(80 - 18 - 4);
});

it("without work there is no queue to lie in", () => {
  const pulse = new Pulse();
  pulse.begin();
  vi.advanceTimersByTime(20);
  pulse.end();
  expect(vi.getTimerCount()).toBe(0);
  expect(pulse.lateAt(5_000)).toBe(0);
});
