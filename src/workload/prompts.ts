import type { Length, PromptList, PromptSpec, Script } from "../model/index.ts";
import { drawLength, drawOrder } from "./draw.ts";
import { randomOf, type Random } from "./random.ts";
import { WORDS } from "./words.ts";

export type PromptListResult = { readonly list: PromptList } | { readonly problems: readonly string[] };

const PURPOSE = { order: 1, prefix: 2, script: 3 } as const;
const MOST = 10_000_000;

/** Writes the list that was declared, the same for the same spec; or all that is wrong with the spec. */
export function promptList(spec: PromptSpec): PromptListResult {
  const problems = specProblems(spec);
  if (problems.length > 0) return { problems };
  const prefixes = new Map<number, string>();
  const prefix = (at: number): string => {
    const text = prefixes.get(at) ?? prefixAt(spec, at);
    prefixes.set(at, text);
    return text;
  };
  const scripts = Array.from({ length: spec.distinct }, (_, at) => scriptAt(spec, at, prefix));
  return { list: orderedList(scripts, spec) };
}

/** Any scripts, own ones too, in a drawn order. There must be at least one. */
export function orderedList(
  scripts: readonly Script[],
  spec: Pick<PromptSpec, "seed" | "count" | "repeat">,
): PromptList {
  const size = { distinct: scripts.length, count: spec.count };
  return { scripts, order: drawOrder(spec.repeat, size, randomOf(spec.seed, PURPOSE.order)) };
}

/** Script number `at` alone: no other has to be written for it. */
export function scriptAt(
  spec: PromptSpec,
  at: number,
  prefix: (at: number) => string = (each) => prefixAt(spec, each),
): Script {
  const random = randomOf(spec.seed, PURPOSE.script, at);
  const { count, tokens } = spec.prefixes;
  const system = count === 0 || tokens === 0 ? {} : { system: prefix(Math.floor(random() * count)) };
  const turns = Array.from({ length: drawLength(spec.turns, random) }, () => {
    const length = drawLength(spec.promptTokens, random);
    // The number comes first: two scripts have nothing in common but their prefix, whatever a cache compares.
    const number = wordsOf(at, digitsFor(spec.distinct));
    return joined(number, Math.max(0, length - number.length), random);
  });
  return { ...system, turns, maxTokens: drawLength(spec.outputTokens, random) };
}

function prefixAt(spec: PromptSpec, at: number): string {
  const { count, tokens } = spec.prefixes;
  const number = wordsOf(at, Math.min(digitsFor(count), tokens));
  return joined(number, tokens - number.length, randomOf(spec.seed, PURPOSE.prefix, at));
}

/** These words, then `more` drawn ones. */
function joined(words: readonly string[], more: number, random: Random): string {
  let text = words.join(" ");
  for (let left = more; left > 0; left -= 1) text += ` ${WORDS[Math.floor(random() * WORDS.length)] ?? ""}`;
  return text;
}

/** Words that a number below `most` needs, each word being a digit. */
function digitsFor(most: number): number {
  const state = { digits: 1, below: WORDS.length };
  for (; state.below < most; state.below *= WORDS.length) state.digits += 1;
  return state.digits;
}

/** A number written in words, the quickest changing first. */
function wordsOf(value: number, digits: number): readonly string[] {
  return Array.from({ length: digits }, (_, at) => WORDS[Math.floor(value / WORDS.length ** at) % WORDS.length] ?? "");
}

/** All that is wrong with a spec, each in one phrase that begins with the name of the property. */
export function specProblems(spec: PromptSpec): readonly string[] {
  const { prefixes, repeat } = spec;
  const number = digitsFor(Math.max(1, spec.distinct));
  return [
    ...whole("seed", spec.seed, { min: 0, max: 2 ** 32 - 1 }),
    ...whole("count", spec.count, { min: 1, max: MOST }),
    ...whole("distinct", spec.distinct, { min: 1, max: MOST }),
    ...whole("prefixes.count", prefixes.count, { min: 0, max: MOST }),
    ...whole("prefixes.tokens", prefixes.tokens, { min: 0, max: MOST }),
    ...(repeat.kind === "zipf" && !(repeat.exponent > 0 && repeat.exponent <= 10)
      ? [`repeat.exponent must be a number above 0 and at most 10, not ${repeat.exponent}`]
      : []),
    ...lengthProblems("turns", spec.turns, 1),
    ...lengthProblems("promptTokens", spec.promptTokens, number),
    ...lengthProblems("outputTokens", spec.outputTokens, 1),
    ...(prefixes.tokens > 0 && prefixes.tokens < digitsFor(prefixes.count)
      ? [`prefixes.tokens must be at least ${digitsFor(prefixes.count)}, so that ${prefixes.count} prefixes can differ`]
      : []),
    ...textProblems(spec),
  ];
}

/** Some hundred megabytes of text: it is written beside each run, and k6 holds it once. */
const MOST_TOKENS = 20_000_000;

function textProblems({ distinct, turns, promptTokens }: PromptSpec): readonly string[] {
  const tokens = distinct * middleOf(turns) * middleOf(promptTokens);
  if (!(tokens > MOST_TOKENS)) return [];
  return [
    `distinct prompts of that length would be about ${Math.round(tokens / 1e6)} million tokens; at most 20 million`,
  ];
}

function middleOf(length: Length): number {
  switch (length.kind) {
    case "constant":
      return length.value;
    case "uniform":
      return (length.min + length.max) / 2;
    case "lognormal":
      return Math.min(length.max, length.median * Math.exp(length.spread ** 2 / 2));
  }
}

interface Range {
  readonly min: number;
  readonly max: number;
}

function lengthProblems(name: string, length: Length, least: number): readonly string[] {
  switch (length.kind) {
    case "constant":
      return whole(`${name}.value`, length.value, { min: least, max: MOST });
    case "uniform":
      return [
        ...whole(`${name}.min`, length.min, { min: least, max: MOST }),
        ...whole(`${name}.max`, length.max, { min: Math.max(least, length.min), max: MOST }),
      ];
    case "lognormal":
      return [
        ...whole(`${name}.median`, length.median, { min: least, max: MOST }),
        ...whole(`${name}.max`, length.max, { min: Math.max(least, length.median), max: MOST }),
        ...(length.spread >= 0 && length.spread <= 5 ? [] : [`${name}.spread must be a number from 0 to 5`]),
      ];
  }
}

function whole(name: string, value: number, { min, max }: Range): readonly string[] {
  if (Number.isInteger(value) && value >= min && value <= max) return [];
  return [`${name} must be a whole number from ${min} to ${max}, not ${value}`];
}
