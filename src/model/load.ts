/** `stress` and `breakpoint` are ladders of several trials; `own`: the script's own options decide who arrives when. */
export const PATTERN_NAMES = ["smoke", "ramp", "sustained", "spike", "soak", "stress", "breakpoint", "own"] as const;
export type PatternName = (typeof PATTERN_NAMES)[number];

/** Ways in which arrivals follow each other: evenly, or by chance as those of many people who know nothing of each other. */
export const ARRIVALS = ["constant", "poisson"] as const;
export type ArrivalKind = (typeof ARRIVALS)[number];

/** Over `seconds`, the number of users moves linearly to `users` (0 seconds: at once). */
export interface Stage {
  readonly seconds: number;
  readonly users: number;
}

/** Over `seconds`, the arrivals per second move linearly to `rate` (0 seconds: at once). */
export interface RateStage {
  readonly seconds: number;
  readonly rate: number;
}

/** The load around it is that of the highest level; each trial holds one of them. */
export interface Ladder {
  /** Users or arrivals per second, rising. */
  readonly levels: readonly number[];
}

interface ShapedLoad {
  readonly pattern: Exclude<PatternName, "own">;
  /** Most users of the judged part; of an open load: most at a time, so that what finds none free begins late. */
  readonly users: number;
  readonly ladder?: Ladder;
}

/** Closed: so many users, each of whom begins again when it has its answer. */
export interface ClosedLoad extends ShapedLoad {
  readonly warmup: Stage;
  readonly stages: readonly Stage[];
}

/** Open: so many arrivals per second, whatever the target does. */
export interface OpenLoad extends ShapedLoad {
  /** Highest of the judged part, per second. */
  readonly rate: number;
  readonly arrivals: ArrivalKind;
  readonly seed: number;
  readonly warmup: RateStage;
  readonly stages: readonly RateStage[];
}

export interface OwnLoad {
  readonly pattern: "own";
  readonly warmup: Stage;
  readonly stages: null;
}

/** Who arrives when. The warm-up comes first and is never judged; `stages` are the judged part. */
export type Load = ClosedLoad | OpenLoad | OwnLoad;

export function isOpen(load: Load): load is OpenLoad {
  return "rate" in load;
}

/** Length of the judged part of one trial in seconds; undefined where the script decides. */
export function judgedSecondsOf(load: Load): number | undefined {
  return load.stages?.reduce((sum, stage) => sum + stage.seconds, 0);
}

/** Of the warm-up, in which its users arrive. */
const ARRIVING_SHARE = 0.5;

/**
 * Users over the whole of a closed load: those of the warm-up arrive one after the other in its first half. Who all
 * begin in one instant go on in step, and each of their waves waits in line behind itself, long after the warm-up.
 */
export function courseOf({ warmup, stages }: ClosedLoad): {
  readonly begin: number;
  readonly stages: readonly Stage[];
} {
  if (warmup.seconds === 0) return { begin: warmup.users, stages };
  const arriving = Math.floor(warmup.seconds * 1000 * ARRIVING_SHARE) / 1000;
  const full = { ...warmup, seconds: warmup.seconds - arriving };
  return { begin: 1, stages: [{ ...warmup, seconds: arriving }, full, ...stages] };
}

/** Users of a closed load or arrivals per second of an open one, at their highest; undefined where the script decides. */
export function levelOf(load: Load): number | undefined {
  if (load.stages === null) return undefined;
  return isOpen(load) ? load.rate : load.users;
}

/** Most trials that a run of this load takes: a breakpoint tries a level that fails once more. */
export function mostTrialsOf(load: Load): number {
  if (load.stages === null || load.ladder === undefined) return 1;
  return load.ladder.levels.length + (load.pattern === "breakpoint" ? 1 : 0);
}

/** The load of one trial of a ladder: the same, held at that level. */
export function loadAt(load: Load, level: number): Load {
  if (load.stages === null) return load;
  if (isOpen(load)) {
    const { pattern, users, arrivals, seed, warmup, stages } = load;
    const held = stages.map(({ seconds }) => ({ seconds, rate: level }));
    return { pattern, users, rate: level, arrivals, seed, warmup: { ...warmup, rate: level }, stages: held };
  }
  const { pattern, warmup, stages } = load;
  const held = stages.map(({ seconds }) => ({ seconds, users: level }));
  return { pattern, users: level, warmup: { ...warmup, users: level }, stages: held };
}
