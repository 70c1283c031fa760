import { expect, it } from "vitest";
import type { RunId } from "../../model/index.ts";
import type { OwnProcess } from "../../platform/own-processes.ts";
import { chooseLeftOver } from "./left-over.ts";

const ID = "20261123T020000Z-chat-api-4k7q" as RunId;
const marked = [`CHATBENCH_RUN_ID=${ID}`, "PATH=/bin"];

function processOf(pid: number, rest: Partial<OwnProcess> = {}): OwnProcess {
  return { pid, startTime: `at ${String(pid)}`, group: pid, environment: ["PATH=/bin"], ...rest };
}

function chosen(own: readonly OwnProcess[], noted?: { pid: number; startTime: string }): readonly number[] {
  return chooseLeftOver(own, ID, noted).map(({ pid }) => pid);
}

it("24: takes what carries the run's id, and all of the group that such a one leads", () => {
  const own = [processOf(10, { environment: marked }), processOf(11, { group: 10 }), processOf(12)];
  expect(chosen(own)).toEqual([10, 11]);
});

it("24: takes one that carries the id in a stranger's group, and not the stranger", () => {
  expect(chosen([processOf(10), processOf(11, { group: 10, environment: marked })])).toEqual([11]);
});

it.each([`CHATBENCH_RUN_ID=${ID}0`, `X_CHATBENCH_RUN_ID=${ID}`, `A=CHATBENCH_RUN_ID=${ID}`, "CHATBENCH_RUN_ID="])(
  "25: does not take one with %s",
  (entry) => {
    expect(chosen([processOf(10, { environment: [entry] })])).toEqual([]);
  },
);

it("25: a noted process whose environment cannot be read counts if its start time is the noted one", () => {
  const own = [processOf(10, { environment: undefined })];
  expect(chosen(own, { pid: 10, startTime: "at 10" })).toEqual([10]);
  expect(chosen(own, { pid: 10, startTime: "at another time" })).toEqual([]);
  expect(chosen(own)).toEqual([]);
});

it("25: a noted process whose environment names no run or another one is a stranger", () => {
  const noted = { pid: 10, startTime: "at 10" };
  expect(chosen([processOf(10)], noted)).toEqual([]);
  expect(chosen([processOf(10, { environment: ["CHATBENCH_RUN_ID=another"] })], noted)).toEqual([]);
});
