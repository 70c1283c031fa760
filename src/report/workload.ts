/** What the users said, and what caches knew of it, in words. */
import { formatCount, formatValue, type RunRecord, type WorkloadRecord } from "../model/index.ts";
import { html, type Html } from "./html.ts";
import { rows, sign } from "./page.ts";

type Prompts = NonNullable<WorkloadRecord["prompts"]>;

/** Undefined where the scenario says nothing of its prompts and their cache. */
export function workloadSection({ workload }: RunRecord): Html | undefined {
  if (workload === undefined) return undefined;
  const { prompts, possible, cache } = workload;
  const tone = { verified: "pass", wrong: "fail", not_verified: "none", not_declared: "none" } as const;
  const facts = [
    ...(prompts === undefined ? [] : promptFacts(prompts)),
    ...(possible === undefined ? [] : possibleFacts(possible)),
    ["Cache", html`${sign(tone[cache.result])} ${cache.text}`] as const,
  ];
  return rows(facts);
}

function promptFacts(prompts: Prompts): readonly (readonly [string, string])[] {
  const { conversations, distinct, repeat, prefixes, turns, prompt_tokens: tokens, seed } = prompts;
  const longest = prompts.max_output_tokens;
  const from =
    prompts.source === "generated"
      ? `Generated from the seed ${seed}`
      : `${prompts.file ?? "A file"}${prompts.sha256 === undefined ? "" : ` (sha256 ${prompts.sha256.slice(0, 12)})`}`;
  const shared =
    prefixes.count === 0
      ? "none is shared"
      : `${formatCount(prefixes.count)} shared beginnings of up to ${formatCount(prefixes.tokens)} tokens`;
  return [
    [
      "Prompts",
      `${from}: ${formatCount(conversations)} conversations, ${formatCount(distinct)} of them different, ${repeatText(repeat)}`,
    ],
    [
      "Lengths",
      `${rangeText(turns)} ${turns.max === 1 ? "message" : "messages"} a conversation, ${rangeText(tokens)} tokens a message; ${shared}`,
    ],
    ...(longest === undefined ? [] : [["Longest answers", `${rangeText(longest)} tokens`] as const]),
  ];
}

function possibleFacts({ conversations, requests, ...ratios }: NonNullable<WorkloadRecord["possible"]>) {
  const hits = formatValue(ratios.cache_hit_possible, "ratio");
  const reuse =
    ratios.prefix_reuse_possible === undefined
      ? "what a cache of prompts could have known was not counted, since the prompts are too long to be compared"
      : `a cache of prompts could have known ${formatValue(ratios.prefix_reuse_possible, "ratio")} of the prompt tokens`;
  const text = `Of the ${formatCount(requests)} requests in ${formatCount(conversations)} conversations of the judged window, a cache of answers that forgets nothing could have given ${hits}; ${reuse}.`;
  return [["Possible", text] as const];
}

function repeatText(repeat: Prompts["repeat"]): string {
  if (repeat === "in_turn") return "sent one after the other";
  return repeat === "uniform" ? "each equally often" : `some more often than others (${repeat})`;
}

function rangeText({ min, mean, max }: Prompts["turns"]): string {
  return min === max ? formatCount(min) : `${formatCount(min)} to ${formatCount(max)} (mean ${mean.toFixed(1)})`;
}
