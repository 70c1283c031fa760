import { judgedSecondsOf, type Load, type PatternName, type Stage } from "../model/index.ts";

/** What a person asks for; what is left out comes from the pattern. */
export interface LoadRequest {
  readonly pattern: PatternName;
  /** Most users of the judged part; the rest of the shape scales with it. */
  readonly users?: number;
  /** Length of the judged part; the warm-up is not in it. */
  readonly durationSeconds?: number;
  readonly warmupSeconds?: number;
}

export type LoadResult = { readonly load: Load } | { readonly problem: string };

type Shaped = Exclude<PatternName, "own">;

interface Shape {
  readonly users: number;
  readonly seconds: number;
  /** Level at which the judged part begins, and at which the warm-up stays. */
  readonly begin: (users: number) => number;
  /** Their seconds add up to `seconds`. */
  readonly stages: (users: number, seconds: number) => readonly Stage[];
}

const hold = (users: number, seconds: number): readonly Stage[] => [{ seconds, users }];
const full = (users: number): number => users;
const tenth = (users: number): number => Math.max(1, Math.round(users / 10));

/** The patterns of the user's README; `smoke` is ours, for a first look and for CI. */
const SHAPES: Readonly<Record<Shaped, Shape>> = {
  smoke: { users: 10, seconds: 30, begin: full, stages: hold },
  // A warm-up needs somebody to warm up with, so the ramp leaves from 1 user and not from 0.
  ramp: { users: 100, seconds: 300, begin: () => 1, stages: hold },
  sustained: { users: 100, seconds: 600, begin: full, stages: hold },
  spike: { users: 200, seconds: 300, begin: tenth, stages: spikeStages },
  soak: { users: 50, seconds: 3600, begin: full, stages: hold },
};

/** A fifth at the low level, two fifths at the top, two fifths back at the low level to see it recover. */
function spikeStages(users: number, seconds: number): readonly Stage[] {
  const grain = seconds >= 10 ? 1 : 1000;
  const part = (share: number): number => Math.round(seconds * share * grain) / grain;
  const low = tenth(users);
  const before = part(0.2);
  const top = part(0.4);
  return [
    { seconds: before, users: low },
    { seconds: 0, users },
    { seconds: top, users },
    { seconds: 0, users: low },
    { seconds: seconds - before - top, users: low },
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
  const users = request.users ?? shape.users;
  const seconds = request.durationSeconds ?? shape.seconds;
  const warmupSeconds = request.warmupSeconds ?? defaultWarmupSeconds(seconds);
  const problem = problemOf(users, seconds, warmupSeconds);
  if (problem !== undefined) return { problem };
  return {
    load: {
      pattern: request.pattern,
      users,
      warmup: { seconds: warmupSeconds, users: shape.begin(users) },
      stages: shape.stages(users, seconds),
    },
  };
}

function ownLoad(request: LoadRequest): LoadResult {
  const given = request.users ?? request.durationSeconds ?? request.warmupSeconds;
  if (given !== undefined) {
    return {
      problem:
        "with the pattern own, the script's options decide users, duration and warm-up: change them there, or choose another pattern such as sustained",
    };
  }
  return { load: { pattern: "own", warmup: { seconds: 0, users: 0 }, stages: null } };
}

function problemOf(users: number, seconds: number, warmupSeconds: number): string | undefined {
  if (!Number.isSafeInteger(users) || users < 1) return `users must be a whole number of at least 1, not ${users}`;
  if (users > MAX_USERS) return `${users} users are more than one load generator can hold: at most ${MAX_USERS}`;
  if (!(seconds >= MIN_SECONDS)) return `the duration must be at least ${MIN_SECONDS}s, not ${seconds}s`;
  if (seconds > MAX_SECONDS) return "the duration must be at most 168h (a week)";
  if (!(warmupSeconds >= 0)) return `the warm-up must be 0s or more, not ${warmupSeconds}s`;
  if (warmupSeconds > MAX_SECONDS) return "the warm-up must be at most 168h (a week)";
  return undefined;
}

/** The longest that the load itself lasts: warm-up and judged part; undefined where the script decides. */
export function totalSecondsOf(load: Load): number | undefined {
  const judged = judgedSecondsOf(load);
  return judged === undefined ? undefined : judged + load.warmup.seconds;
}
