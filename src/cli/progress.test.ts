import { expect, it } from "vitest";
import type { Progress } from "../model/index.ts";
import { testMachine } from "../../test/support/machine.ts";
import { createConsole } from "./console.ts";
import { createProgressView } from "./progress.ts";

function shown(terminal: boolean, points: readonly Partial<Progress>[]): string {
  const machine = testMachine("/", { terminal, env: { TERM: "xterm" } });
  const view = createProgressView(createConsole(machine), "chat");
  const plain = { phase: "judged", totalSeconds: 30, users: 2, requestsPerSecond: 40 } as const;
  for (const point of points) view.show({ ...plain, elapsedSeconds: 0, ...point });
  return machine.printed.err();
}

const seconds = (from: number, to: number, step: number): Partial<Progress>[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({
    elapsedSeconds: from + index,
    step: { number: step, of: 3 },
  }));

it("a ladder's plain lines go on in each step, and say which it is", () => {
  const lines = shown(false, [...seconds(0, 30, 1), ...seconds(0, 30, 2)]);
  const at = [...lines.matchAll(/step (\d) of 3 {2}(\d+)\/30 s/g)].map(([, step, elapsed]) => `${step!}:${elapsed!}`);
  expect(at).toEqual(["1:0", "1:10", "1:20", "1:30", "2:0", "2:10", "2:20", "2:30"]);
});

it("the bar says which step of a ladder it is, and nothing of steps elsewhere", () => {
  expect(shown(true, seconds(7, 7, 2))).toContain("step 2 of 3  7/30 s");
  expect(shown(true, [{ elapsedSeconds: 7 }])).not.toContain("step");
});
