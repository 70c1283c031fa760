import { describe, expect, it } from "vitest";
import type { AnswerFacts, LoadFacts, PromptSpec, Scenario } from "../model/index.ts";
import { promptsOf, type RunPrompts } from "./prompts.ts";
import { workloadOf } from "./workload.ts";

const SPEC: PromptSpec = {
  ...{ seed: 1, count: 100, distinct: 50, repeat: { kind: "in_turn" }, prefixes: { count: 1, tokens: 20 } },
  turns: { kind: "constant", value: 2 },
  promptTokens: { kind: "constant", value: 10 },
  outputTokens: { kind: "constant", value: 5 },
};
const SCENARIO = {
  name: "one",
  load: { pattern: "smoke", users: 2, warmup: { seconds: 0, users: 0 }, stages: [{ seconds: 10, users: 2 }] },
  prompts: { kind: "generated", spec: SPEC },
} as unknown as Scenario;

const answersOf = (warmup: number, judged: number): AnswerFacts => ({
  begun: { warmup, judged },
  cache: { told: judged * 2, hits: 0 },
  usage: { told: 0, promptTokens: 0, completionTokens: 0 },
  prefix: { told: 0, cachedTokens: 0, promptTokens: 0 },
});
const factsOf = (count: number, answers?: AnswerFacts): LoadFacts =>
  ({ requests: { count, failed: 0 }, latency: { count }, ...(answers && { answers }) }) as unknown as LoadFacts;

async function prompts(scenario: Scenario = SCENARIO): Promise<RunPrompts> {
  const result = await promptsOf(scenario, {});
  const { prompts: said } = "prompts" in result ? result : {};
  if (said === undefined) throw new Error("no prompts");
  return said;
}

describe("the workload of a trial", () => {
  it("tells what the conversations of the judged window allowed, after those of the warm-up", async () => {
    const list = await prompts();
    // 50 different ones in turn: of the 60 after the first 30, the last 40 are repeated.
    const told = workloadOf(SCENARIO, list, factsOf(120, answersOf(30, 60)));
    expect(told?.record.possible).toMatchObject({ conversations: 60, requests: 120, cache_hit_possible: 40 / 60 });
    expect(told?.doubt).toBeUndefined();
    expect(told?.record.prompts).toMatchObject({ distinct: 50, turns: { min: 2, mean: 2, max: 2 } });
    const primed = workloadOf({ ...SCENARIO, cache: "primed" }, list, factsOf(120, answersOf(30, 60)));
    expect(primed?.record.possible?.cache_hit_possible).toBe(1);
  });

  it("counts all repeats of a long run, however long its prompts are", () => {
    const words = " word".repeat(4_000);
    const scripts = Array.from({ length: 2_000 }, (_, at) => ({ turns: [`prompt ${String(at)}${words}`] }));
    const list = { scripts, order: Uint32Array.from(scripts.keys()) };
    const said = { list, described: {} } as unknown as RunPrompts;
    const answers = { ...answersOf(300, 9_000), cache: { told: 9_000, hits: 7_300 } };
    const told = workloadOf({ ...SCENARIO, cache: "cold" }, said, factsOf(9_000, answers));
    // 9,300 were begun; the first 2,000 of them, 1,700 in the window, are new to an exact cache.
    expect(told?.record.possible).toMatchObject({ conversations: 9_000, cache_hit_possible: 7_300 / 9_000 });
    expect(told?.record.possible).not.toHaveProperty("prefix_reuse_possible");
    expect([told?.record.cache.result, told?.doubt]).toEqual(["verified", undefined]);
  });

  it("is nothing where the scenario says nothing", () => {
    expect(workloadOf(SCENARIO, undefined, factsOf(10))).toBeUndefined();
  });

  it("is in doubt when the script said none of the prompts", async () => {
    expect(workloadOf(SCENARIO, await prompts(), factsOf(10))?.doubt?.code).toBe("prompts_unusable");
    expect(workloadOf(SCENARIO, await prompts(), factsOf(0))?.doubt).toBeUndefined();
  });
});
