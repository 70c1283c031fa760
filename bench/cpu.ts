import type { Options } from "./options.ts";
import type { Arm, Length, Run, Yard } from "./yard.ts";

/** The runs of one pair: both sides, long and short, and the third arm where there is one. */
export interface Pair {
  readonly base: Readonly<Record<Length, Run>>;
  readonly chatbench: Readonly<Record<Length, Run>>;
  /** Bare k6 without the timeline output; long only. */
  readonly bare?: Run;
}

export interface Comparison {
  readonly base: Arm;
  readonly chatbench: Arm;
  readonly third?: Arm;
}

type Step = "base-long" | "base-short" | "chatbench-long" | "chatbench-short" | "third-long";

/** Every second pair runs backwards (ABBA), so that a machine that slowly changes favours nobody. */
const ORDER: readonly Step[] = ["third-long", "base-long", "chatbench-long", "chatbench-short", "base-short"];

/** Runs `pairs` pairs, one run after the other; `tell` hears how far it is. */
export async function comparePairs(
  yard: Yard,
  comparison: Comparison,
  { options, tell }: { options: Options; tell: (line: string) => void },
): Promise<readonly Pair[]> {
  const pairs: Pair[] = [];
  await yard.run(comparison.base, "short"); // files and pages that the first run of all would have to fetch
  await yard.run(comparison.chatbench, "short");
  for (let index = 0; index < options.pairs; index += 1) {
    const pair = await runPair(yard, comparison, index % 2 === 1);
    pairs.push(pair);
    const per = (run: Run): string => ((run.cpuSeconds / run.requests) * 1e6).toFixed(0);
    tell(
      `pair ${index + 1}/${options.pairs}: ${comparison.base} ${per(pair.base.long)}, ${comparison.chatbench} ${per(pair.chatbench.long)} microseconds of CPU a request, start and end included`,
    );
  }
  return pairs;
}

async function runPair(yard: Yard, comparison: Comparison, backwards: boolean): Promise<Pair> {
  const done = new Map<Step, Run>();
  for (const step of backwards ? ORDER.toReversed() : ORDER) {
    const [side, length] = step.split("-") as ["base" | "chatbench" | "third", Length];
    const arm = comparison[side];
    if (arm !== undefined) done.set(step, await yard.run(arm, length));
  }
  const of = (step: Step): Run => {
    const run = done.get(step);
    if (run === undefined) throw new Error(`the step ${step} did not run`);
    return run;
  };
  return {
    base: { long: of("base-long"), short: of("base-short") },
    chatbench: { long: of("chatbench-long"), short: of("chatbench-short") },
    ...(comparison.third === undefined ? {} : { bare: of("third-long") }),
  };
}
