import { expect, it } from "vitest";
import { createAttempts } from "./attempts.ts";

it("goes on after a part that failed, names it, and keeps what the others measured", async () => {
  const lines: string[] = [];
  const attempts = createAttempts((line) => void lines.push(line));
  expect(await attempts.measure("memory", () => Promise.resolve(1))).toBe(1);
  const broken = (): Promise<number> => Promise.reject(new Error("the daemon was not ready within a minute"));
  expect(await attempts.measure("daemon-times", broken)).toBeUndefined();
  expect(await attempts.measure("ttft", () => Promise.resolve(2))).toBe(2);
  expect(attempts.failed).toEqual(["daemon-times"]);
  expect(lines).toEqual(["daemon-times FAILED and is left out: the daemon was not ready within a minute"]);
});
