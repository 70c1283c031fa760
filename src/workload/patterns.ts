import {
  judgedSecondsOf,
  mostTrialsOf,
  type ArrivalKind,
  type Ladder,
  type Load,
  type PatternName,
} from "../model/index.ts";
import { expectedArrivals } from "./arrivals.ts";
import { levelsOf } from "./levels.ts";

/** What a person asks for; what is left out comes from the pattern. */
export interface LoadRequest {
  readonly pattern: PatternName;
  /** Most users of the judged part; the rest of the shape scales with it. With a rate: most users at a time. */
  readonly users?: number;
  /** Highest arrivals per second; given: the load is open. */
  readonly rate?: number;
  readonly arrivals?: ArrivalKind;
  readonly seed?: number;
  /** Lowest level of a ladder and its step, users or arrivals per second. */
  readonly from?: number;
  readonly step?: number;
  /** Length of the judged part (of each trial); the warm-up is not in it. */
  readonly durationSeconds?: number;
  readonly warmupSeconds?: number;
}

export type LoadResult = { readonly load: Load } | { readonly problem: string };

type Shaped = Exclude<PatternName, "own">;

/** Over `seconds` to `level`: users or arrivals per second. */
interface Leg {
  readonly seconds: number;
  readonly level: number;
}

interface Levels {
  readonly top: number;
  /** A tenth of it. */
  readonly low: number;
  /** Where a ramp begins. */
  readonly least: number;
}

interface Shape {
  readonly users: number;
  readonly seconds: number;
  /** Level at which the judged part begins, and at which the warm-up stays. */
  readonly begin: (levels: Levels) => number;
  /** Their seconds add up to `seconds`. */
  readonly legs: (levels: Levels, seconds: number) => readonly Leg[];
}

const hold = ({ top }: Levels, seconds: number): readonly Leg[] => [{ seconds, level: top }];
const full = ({ top }: Levels): number => top;

/** The patterns of the user's README; `smoke` is ours, for a first look and for CI; ladders hold each of their levels. */
const SHAPES: Readonly<Record<Shaped, Shape>> = {
  smoke: { users: 10, seconds: 30, begin: full, legs: hold },
  // A warm-up needs somebody to warm up with, so the ramp leaves from 1 user and not from 0.
  ramp: { users: 100, seconds: 300, begin: ({ least }) => least, legs: hold },
  sustained: { users: 100, seconds: 600, begin: full, legs: hold },
  spike: { users: 200, seconds: 300, begin: ({ low }) => low, legs: spikeLegs },
  soak: { users: 50, seconds: 3600, begin: full, legs: hold },
  stress: { users: 200, seconds: 60, begin: full, legs: hold },
  breakpoint: { users: 200, seconds: 60, begin: full, legs: hold },
};

/** Is each trial of this pattern one level of a ladder? */
export function isLadder(pattern: PatternName): pattern is "stress" | "breakpoint" {
  return pattern === "stress" || pattern === "breakpoint";
}

/** A fifth at the low level, two fifths at the top, two fifths back at the low level to see it recover. */
function spikeLegs({ top, low }: Levels, seconds: number): readonly Leg[] {
  const grain = seconds >= 10 ? 1 : 1000;
  const part = (share: number): number => Math.round(seconds * share * grain) / grain;
  const before = part(0.2);
  const height = part(0.4);
  return [
    { seconds: before, level: low },
    { seconds: 0, level: top },
    { seconds: height, level: top },
    { seconds: 0, level: low },
    { seconds: seconds - before - height, level: low },
  ];
}

const MAX_USERS = 100_000;
const MIN_SECONDS = 1;
/** A week: more is a typing error, and timers overflow at 24 days. */
const MAX_SECONDS = 7 * 24 * 3600;

/** 10 % of the judged part, at least 5 s and at most 60 s, in whole seconds. */
export function defaultWarmupSeconds(durationSeconds: number): number {
  return Math.min(60, Math.max(5, Math.round(durationSeconds / 10)));
}

/** Builds the load of a pattern, or says in one sentence why it cannot be. */
export function loadFor(request: LoadRequest): LoadResult {
  if (request.pattern === "own") return ownLoad(request);
  const shape = SHAPES[request.pattern];
  const seconds = request.durationSeconds ?? shape.seconds;
  const warmupSeconds = request.warmupSeconds ?? defaultWarmupSeconds(seconds);
  const users = request.users ?? (request.rate === undefined ? shape.users : usersFor(request.rate));
  const wanted = { users, seconds, warmupSeconds };
  const problem = problemOf(wanted) ?? misplaced(request);
  if (problem !== undefined) return { problem };
  const ladder = ladderFor(request, users);
  if ("problem" in ladder) return ladder;
  return request.rate === undefined
    ? closedLoad(request.pattern, wanted, ladder)
    : openLoad({ ...request, pattern: request.pattern, rate: request.rate }, wanted, ladder);
}

interface Wanted {
  readonly users: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
}

function closedLoad(pattern: Shaped, { users, seconds, warmupSeconds }: Wanted, part: { ladder?: Ladder }): LoadResult {
  const levels = { top: users, low: Math.max(1, Math.round(users / 10)), least: 1 };
  const { begin, legs } = SHAPES[pattern];
  const stages = legs(levels, seconds).map((leg) => ({ seconds: leg.seconds, users: leg.level }));
  return { load: { pattern, users, warmup: { seconds: warmupSeconds, users: begin(levels) }, stages, ...part } };
}

/** What takes more than this many seconds on average keeps all users of the default busy. */
const DEFAULT_BUSY_SECONDS = 10;
const [LEAST_DEFAULT_USERS, MOST_DEFAULT_USERS] = [10, 1_000];
const MAX_RATE = 100_000;
/** Of Poisson arrivals, whose table takes a number for every 16. */
const MAX_DRAWN = 10_000_000;

function usersFor(rate: number): number {
  const enough = Math.ceil(rate * DEFAULT_BUSY_SECONDS);
  return Number.isFinite(enough) ? Math.min(MOST_DEFAULT_USERS, Math.max(LEAST_DEFAULT_USERS, enough)) : 1;
}

function openLoad(
  request: LoadRequest & { readonly pattern: Shaped; readonly rate: number },
  { users, seconds, warmupSeconds }: Wanted,
  part: { ladder?: Ladder },
): LoadResult {
  const { pattern, rate, arrivals = "constant", seed = 1 } = request;
  if (!(rate > 0) || rate > MAX_RATE)
    return { problem: `the rate must be above 0/s and at most ${MAX_RATE}/s, not ${rate}/s` };
  const tenth = Number((rate / 10).toPrecision(12));
  const levels = { top: rate, low: tenth, least: tenth };
  const { begin, legs } = SHAPES[pattern];
  const warmup = { seconds: warmupSeconds, rate: begin(levels) };
  const stages = legs(levels, seconds).map((leg) => ({ seconds: leg.seconds, rate: leg.level }));
  const least = part.ladder === undefined ? 1 : (part.ladder.levels[0] ?? rate) / rate;
  const judged = expectedArrivals({ seconds: 0, rate: warmup.rate }, stages) * least;
  if (judged < 1)
    return { problem: `${rate}/s for ${seconds}s is less than one arrival: raise the rate or the duration` };
  const drawn = expectedArrivals(warmup, stages);
  if (arrivals === "poisson" && drawn > MAX_DRAWN)
    return {
      problem: `${Math.round(drawn)} Poisson arrivals are too many to be drawn (at most ${MAX_DRAWN}): use arrivals: constant`,
    };
  return { load: { pattern, users, rate, arrivals, seed, warmup, stages, ...part } };
}

function ladderFor(request: LoadRequest, users: number): { ladder?: Ladder } | { problem: string } {
  const { pattern, rate, from, step } = request;
  if (!isLadder(pattern)) return {};
  const wish = { ...(from === undefined ? {} : { from }), ...(step === undefined ? {} : { step }) };
  const result = levelsOf({ top: rate ?? users, whole: rate === undefined, ...wish });
  return "problem" in result ? result : { ladder: result };
}

/** What was said and would be left out: nobody should believe that it counts. */
function misplaced({ pattern, rate, arrivals, seed, from, step }: LoadRequest): string | undefined {
  if (rate === undefined && (arrivals ?? seed) !== undefined)
    return 'arrivals and seed belong to a rate: write rate: "20/s" too, or leave them out';
  if (!isLadder(pattern) && (from ?? step) !== undefined)
    return `from and step belong to the patterns stress and breakpoint, not to ${pattern}`;
  return undefined;
}

function ownLoad(request: LoadRequest): LoadResult {
  if (Object.values({ ...request, pattern: undefined }).some((one) => one !== undefined)) {
    return {
      problem:
        "with the pattern own, the script's options decide users, duration and warm-up: change them there, or choose another pattern such as sustained",
    };
  }
  return { load: { pattern: "own", warmup: { seconds: 0, users: 0 }, stages: null } };
}

function problemOf({ users, seconds, warmupSeconds }: Wanted): string | undefined {
  if (!Number.isSafeInteger(users) || users < 1) return `users must be a whole number of at least 1, not ${users}`;
  if (users > MAX_USERS) return `${users} users are more than one load generator can hold: at most ${MAX_USERS}`;
  if (!(seconds >= MIN_SECONDS)) return `the duration must be at least ${MIN_SECONDS}s, not ${seconds}s`;
  if (seconds > MAX_SECONDS) return "the duration must be at most 168h (a week)";
  if (!(warmupSeconds >= 0)) return `the warm-up must be 0s or more, not ${warmupSeconds}s`;
  if (warmupSeconds > MAX_SECONDS) return "the warm-up must be at most 168h (a week)";
  return undefined;
}

/** How long one trial lasts, warm-up and judged part; undefined where the script decides. */
export function trialSecondsOf(load: Load): number | undefined {
  const judged = judgedSecondsOf(load);
  return judged === undefined ? undefined : judged + load.warmup.seconds;
}

/** The longest that the load itself lasts, all trials together; undefined where the script decides. */
export function totalSecondsOf(load: Load): number | undefined {
  const trial = trialSecondsOf(load);
  return trial === undefined ? undefined : trial * mostTrialsOf(load);
}
