import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { RunId, Turn, TurnAsked } from "../model/index.ts";
import { systemClock } from "../platform/clock.ts";
import { ownProcess } from "../platform/own-process.ts";
import { createTurns } from "./turns.ts";

let folder = "";
let owner: TurnAsked["owner"];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "chatbench-turns-"));
  owner = await ownProcess();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const run = (number: number): RunId => `20261123T02000${String(number)}Z-chat-4k7q` as RunId;

interface Taken {
  readonly turn: Promise<Turn | undefined>;
  readonly waitedFor: string[];
  readonly stop: AbortController;
}

function take(number: number, over: Partial<TurnAsked> = {}): Taken {
  const [stop, waitedFor] = [new AbortController(), [] as string[]];
  const wait = { stop: stop.signal, onWaiting: ({ id }: { id: string }) => waitedFor.push(id) };
  // As another process: each has an object of its own.
  const turn = createTurns(folder, systemClock).take({ id: run(number), target: "bot", owner, ...over }, wait);
  return { turn, waitedFor, stop };
}

it("the second one on a target waits until the first gives its turn back, and says once for whom", async () => {
  const first = await take(1).turn;
  const second = take(2);
  await expect.poll(() => second.waitedFor, { timeout: 5_000 }).toEqual([run(1)]);
  expect(await take(3, { target: "another" }).turn).toBeDefined();
  first?.release();
  expect(await second.turn).toBeDefined();
  expect(second.waitedFor).toEqual([run(1)]);
});

it("of many that begin at once each gets its turn, and never two at a time", async () => {
  let [inside, most] = [0, 0];
  const order: number[] = [];
  const all = [5, 3, 1, 4, 2].map(async (number) => {
    const turn = await take(number).turn;
    inside += 1;
    most = Math.max(most, inside);
    order.push(number);
    await new Promise((resolve) => setTimeout(resolve, 20));
    inside -= 1;
    turn?.release();
  });
  await Promise.all(all);
  expect({ most, served: [...order].sort() }).toEqual({ most: 1, served: [1, 2, 3, 4, 5] });
  expect(await readdir(folder)).toEqual([]);
});

it("a process that is gone, one of another machine and half a file hold nobody up", async () => {
  const flag = (number: number, who: object): string => JSON.stringify({ id: run(number), target: "bot", owner: who });
  await writeFile(join(folder, `.turn-${run(1)}.json`), flag(1, { ...owner, startTime: "1" }));
  await writeFile(join(folder, `.turn-${run(2)}.json`), flag(2, { ...owner, host: "elsewhere" }));
  await writeFile(join(folder, `.turn-${run(3)}.json`), "{");
  await writeFile(join(folder, `.turn-${run(5)}.json`), flag(5, { ...owner, place: "another container" }));
  expect(await take(4).turn).toBeDefined();
  expect(await readdir(folder)).not.toContain(`.turn-${run(1)}.json`);
});

it("who is told to stop while it waits gets no turn and leaves no flag", async () => {
  await take(1).turn;
  const second = take(2);
  await expect.poll(() => second.waitedFor, { timeout: 5_000 }).toEqual([run(1)]);
  second.stop.abort();
  expect(await second.turn).toBeUndefined();
  expect(await readdir(folder)).toEqual([`.turn-${run(1)}.json`]);
});

it("a folder that takes no file holds nobody up: the run itself will say why", async () => {
  await writeFile(join(folder, "file"), "");
  const turns = createTurns(join(folder, "file"), systemClock);
  const wait = { stop: new AbortController().signal, onWaiting: () => undefined };
  expect(await turns.take({ id: run(1), target: "bot", owner }, wait)).toBeDefined();
});
