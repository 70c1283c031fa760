import {
  formatCount,
  formatValue,
  reason,
  type AnswerFacts,
  type CacheState,
  type Reason,
  type WorkloadRecord,
} from "../model/index.ts";

/** What the prompts allowed: of the conversations begun in the judged window. */
export interface CacheAllowance {
  readonly conversations: number;
  readonly requests: number;
  /** Answers that an exact-match cache could have given. */
  readonly hits: number;
  /** Prompt tokens, and what of them a prefix cache could have known; absent: nobody counted. */
  readonly prefix?: { readonly promptTokens: number; readonly reusedTokens: number };
}

export interface CacheClaim {
  readonly declared: CacheState;
  /** Absent: nobody knows how often the prompts repeat. */
  readonly allowed?: CacheAllowance;
  /** Most users of the trial; of what was begun in the warm-up, so many conversations can have gone on in the window. */
  readonly users: number;
}

export interface CacheFinding {
  readonly cache: WorkloadRecord["cache"];
  /** The state was not the declared one. */
  readonly doubt?: Reason;
}

/** Less than this share of the good answers told: who knows what the others were. */
const LEAST_TOLD = 0.9;
/** Of the first messages, which a filled cache must know, so many must come from it. */
const LEAST_KNOWN = 0.5;
/** Of the prompt tokens, if no answer says whether a cache gave it. */
const LEAST_PREFIX = 0.1;
/** Tokenizers differ, and what a target puts around a message is the same each time. */
const PREFIX_MARGIN = 0.1;

/** Holds what the answers told against what was declared; what was not told is never claimed. */
export function cacheFinding(claim: CacheClaim, answers: AnswerFacts | undefined, goodAnswers: number): CacheFinding {
  const { declared } = claim;
  const told = toldOf(answers, goodAnswers);
  if (declared === "as_is") return { cache: { declared, result: "not_declared", text: asIsText(told) } };
  const unknown = (text: string): CacheFinding => ({ cache: { declared, result: "not_verified", text } });
  if (told.hits === undefined && told.prefix === undefined) return unknown(silentText(answers, goodAnswers));
  const underWay = Math.min(claim.users, answers?.begun.warmup ?? 0);
  const verdict = declared === "cold" ? coldVerdict(told, claim, underWay) : filledVerdict(told, claim);
  if (verdict.result !== "wrong") return { cache: { declared, ...verdict } };
  return { cache: { declared, ...verdict }, doubt: reason("cache_state_wrong", verdict.text) };
}

interface Told {
  /** Absent: too few answers told. */
  readonly hits?: AnswerFacts["cache"];
  readonly prefix?: AnswerFacts["prefix"];
}

function toldOf(answers: AnswerFacts | undefined, goodAnswers: number): Told {
  const enough = ({ told }: { readonly told: number }): boolean => told > 0 && told >= goodAnswers * LEAST_TOLD;
  if (answers === undefined) return {};
  return {
    ...(enough(answers.cache) && { hits: answers.cache }),
    ...(enough(answers.prefix) && { prefix: answers.prefix }),
  };
}

interface Verdict {
  readonly result: "verified" | "wrong" | "not_verified";
  readonly text: string;
}

function coldVerdict({ hits, prefix }: Told, { allowed }: CacheClaim, underWay: number): Verdict {
  const measured = hitsText({ ...(hits && { hits }), ...(prefix && { prefix }) });
  const isUntouched = (hits?.hits ?? 0) === 0 && (prefix?.cachedTokens ?? 0) === 0;
  if (isUntouched) return { result: "verified", text: `Declared cold, and so it was: ${measured}.` };
  if (allowed === undefined) {
    return {
      result: "not_verified",
      text: `Declared cold, not verified: ${measured}, and how often the script repeats itself is not known.`,
    };
  }
  const found = [hits && coldHits(hits, allowed, underWay), prefix && coldPrefix(prefix, allowed)];
  const wrong = found.find((one) => one?.result === "wrong");
  if (wrong !== undefined) return { ...wrong, text: `Declared cold, but ${measured}, ${wrong.text}` };
  const unclear = found.find((one) => one !== undefined);
  if (unclear !== undefined) return { ...unclear, text: `Declared cold, not verified: ${measured}, ${unclear.text}` };
  return {
    result: "verified",
    text: `Declared cold, and so it was: ${measured}, no more than the run's own repeats allow.`,
  };
}

/**
 * Undefined: the list explains them. Beyond that, conversations that were under way when the window began may have
 * given some, which nobody can tell from hits of a cache that knew: these verify nothing.
 */
function coldHits(
  { told, hits }: AnswerFacts["cache"],
  allowed: CacheAllowance,
  underWay: number,
): Verdict | undefined {
  const requests = Math.max(1, allowed.requests);
  const ratio = allowed.hits / requests;
  // Of the list's requests those that told are a sample.
  const explained = Math.ceil(ratio * told + 3 * Math.sqrt(told * ratio * (1 - ratio)));
  if (hits <= explained) return undefined;
  const turns = requests / Math.max(1, allowed.conversations);
  const most = Math.ceil(ratio * told + underWay * turns + 3 * Math.sqrt(told));
  if (hits > most) {
    const text = `where the repeats of the run's own prompts allow ${formatCount(most)}: something knew them, or takes similar ones for the same.`;
    return { result: "wrong", text };
  }
  const text = `of which the repeats of the run's own prompts explain ${formatCount(explained)}: where the others came from is not known.`;
  return { result: "not_verified", text };
}

/** Prompt tokens that no message of ours holds (the target's own instructions) may all come from a cache. */
function coldPrefix(prefix: AnswerFacts["prefix"], { requests, prefix: allowed }: CacheAllowance): Verdict | undefined {
  const { told, promptTokens, cachedTokens } = prefix;
  if (cachedTokens === 0) return undefined;
  if (allowed === undefined)
    return { result: "not_verified", text: "and the prompts are too long to count how much of them repeats." };
  const share = told / Math.max(1, requests);
  const foreign = Math.max(0, promptTokens - allowed.promptTokens * share);
  const most = Math.ceil(allowed.reusedTokens * share + foreign + promptTokens * PREFIX_MARGIN);
  if (cachedTokens <= most) return undefined;
  return {
    result: "wrong",
    text: `where the run's own prompts allow ${formatCount(most)} tokens: something knew them before.`,
  };
}

function filledVerdict({ hits, prefix }: Told, { declared, allowed }: CacheClaim): Verdict {
  const measured = hitsText({ ...(hits && { hits }), ...(prefix && { prefix }) });
  const known = allowed === undefined ? 1 : allowed.conversations / Math.max(1, allowed.requests);
  const isKnown = hits !== undefined && hits.hits >= hits.told * known * LEAST_KNOWN;
  const isReused = prefix !== undefined && prefix.cachedTokens >= prefix.promptTokens * LEAST_PREFIX;
  if (isKnown || isReused) return { result: "verified", text: `Declared ${declared}, and so it was: ${measured}.` };
  const text = `Declared ${declared}, but ${measured}, although every prompt had been sent before: no cache kept them.`;
  return { result: "wrong", text };
}

function hitsText({ hits, prefix }: Told): string {
  const texts = [
    ...(hits === undefined ? [] : [`${formatCount(hits.hits)} of ${formatCount(hits.told)} answers came from a cache`]),
    ...(prefix === undefined
      ? []
      : [`${formatCount(prefix.cachedTokens)} of ${formatCount(prefix.promptTokens)} prompt tokens came from a cache`]),
  ];
  return texts.join(" and ");
}

function asIsText(told: Told): string {
  const measured = hitsText(told);
  return measured === ""
    ? "Nothing is declared of caches, and the answers do not tell."
    : `Nothing is declared of caches; ${measured}.`;
}

function silentText(answers: AnswerFacts | undefined, goodAnswers: number): string {
  const told = Math.max(answers?.cache.told ?? 0, answers?.prefix.told ?? 0);
  if (told === 0) return "Not verified: the answers do not tell whether they came from a cache.";
  const share = formatValue(told / Math.max(1, goodAnswers), "ratio");
  return `Not verified: only ${share} of the answers tell whether they came from a cache.`;
}
