import { expect, it } from "vitest";
import type { Clock, Log } from "../model/index.ts";
import { createLifecycle } from "./lifecycle.ts";

const lines: string[] = [];
const say = (message: string): void => void lines.push(message);
const log: Log = { info: say, warn: say, error: say };

/** Time stands still until a deadline is awaited, which then passes at once. */
const hasty: Clock = { now: () => 0, sleep: () => Promise.resolve() };
const patient: Clock = {
  now: () => 0,
  sleep: (_, signal) => new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(new Error()))),
};

it("stops parts in the reverse order of their start, once, however often it is asked", async () => {
  const order: string[] = [];
  const lifecycle = createLifecycle(patient, log);
  for (const name of ["store", "http", "worker"]) lifecycle.onStop(name, () => void order.push(name), 1_000);
  await Promise.all([lifecycle.stop(), lifecycle.stop()]);
  expect(order).toEqual(["worker", "http", "store"]);
});

it("goes on after a part that fails, and says so", async () => {
  const order: string[] = [];
  const lifecycle = createLifecycle(patient, log);
  lifecycle.onStop("store", () => void order.push("store"), 1_000);
  lifecycle.onStop("http", () => Promise.reject(new Error("socket gone")), 1_000);
  await lifecycle.stop();
  expect(order).toEqual(["store"]);
  expect(lines).toContain("Stopping http failed: socket gone");
});

it("gives all parts together 24 s, and each that is still to stop its share of them", async () => {
  let now = 0;
  const clock: Clock = { now: () => now, sleep: (milliseconds) => Promise.resolve(void (now += milliseconds)) };
  const order: string[] = [];
  const lifecycle = createLifecycle(clock, log);
  lifecycle.onStop("store", () => void order.push("store"), 3_000);
  for (const name of ["web server", "page writer", "worker"])
    lifecycle.onStop(name, () => new Promise(() => undefined), 22_000);
  await lifecycle.stop();
  expect(now).toBeLessThanOrEqual(24_000);
  expect(order).toEqual(["store"]);
  const late = ["worker failed: it took longer than 22000", "page writer failed: it took longer than 1500"];
  for (const text of late) expect(lines).toContain(`Stopping ${text} ms.`);
});

it("takes less where less is given", async () => {
  let now = 0;
  const clock: Clock = { now: () => now, sleep: (milliseconds) => Promise.resolve(void (now += milliseconds)) };
  const lifecycle = createLifecycle(clock, log);
  lifecycle.onStop("store", () => new Promise(() => undefined), 3_000);
  lifecycle.onStop("runs", () => new Promise(() => undefined), 22_000);
  await lifecycle.stop(8_000);
  expect(now).toBeLessThanOrEqual(8_000);
});

it("goes on after a part that never ends, when its time is over", async () => {
  const order: string[] = [];
  const lifecycle = createLifecycle(hasty, log);
  lifecycle.onStop("store", () => void order.push("store"), 1_000);
  lifecycle.onStop("worker", () => new Promise(() => undefined), 5_000);
  await lifecycle.stop();
  expect(order).toEqual(["store"]);
  expect(lines).toContain("Stopping worker failed: it took longer than 5000 ms.");
});
