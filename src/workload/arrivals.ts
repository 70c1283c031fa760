// Pure and without imports that k6 could not load: the wrapper inside k6 computes the same instants from it.
import type { OpenLoad, RateStage } from "../model/index.ts";
import { randomOf } from "./random.ts";

/** A part of a load in which the rate moves linearly; `before`: arrivals expected until it begins. */
export interface RatePiece {
  readonly startMs: number;
  readonly seconds: number;
  readonly from: number;
  readonly to: number;
  readonly before: number;
}

/** Which arrivals a load has. Warm-up first; `judgedFrom` is the number of the first one that is judged. */
export interface ArrivalPlan {
  readonly pieces: readonly RatePiece[];
  readonly total: number;
  readonly judgedFrom: number;
  /** Of Poisson arrivals: how many come before each block; none of constant ones. */
  readonly blocks: readonly number[];
  readonly seed: number;
}

/** Arrivals expected in a block: enough that the table stays short, few enough that one is drawn in no time. */
const BLOCK = 16;
const PURPOSE = { count: 21, positions: 22 } as const;
/** Noise of adding doubles: 8 arrivals expected are 8 and not 9. */
const EPSILON = 1e-9;

/**
 * Arrivals of an open load. Constant: arrival i comes when i are expected (i / rate, under a ramp the inverse of its
 * integral). Poisson: a process of rate 1 on the axis of expected arrivals, taken back to time by the same inverse,
 * which is a Poisson process of that rate (Çinlar's inversion). Each block of that axis has its own seeded numbers.
 */
export function arrivalPlan(load: Pick<OpenLoad, "warmup" | "stages" | "arrivals" | "seed">): ArrivalPlan {
  const { warmup, stages, arrivals, seed } = load;
  const pieces = piecesOf([{ seconds: 0, rate: warmup.rate }, warmup, ...stages]);
  const expected = expectedOf(pieces);
  const inWarmup = expectedOf(pieces.filter(({ startMs }) => startMs < warmup.seconds * 1000));
  if (arrivals === "constant") {
    const [judgedFrom, total] = [Math.ceil(inWarmup - EPSILON), Math.ceil(expected - EPSILON)];
    return { pieces, total, judgedFrom, blocks: [], seed };
  }
  const blocks = [0];
  while (blocks.length * BLOCK < expected) blocks.push((blocks.at(-1) ?? 0) + countIn(seed, blocks.length - 1));
  const below = (position: number): number => countBelow(position, blocks, seed);
  return { pieces, total: below(expected), judgedFrom: below(inWarmup), blocks, seed };
}

/** Arrivals that a load expects, its warm-up included. */
export function expectedArrivals(warmup: RateStage, stages: readonly RateStage[]): number {
  return expectedOf(piecesOf([{ seconds: 0, rate: warmup.rate }, warmup, ...stages]));
}

function piecesOf([first, ...stages]: readonly RateStage[]): readonly RatePiece[] {
  const state = { startMs: 0, before: 0, from: first?.rate ?? 0 };
  const pieces: RatePiece[] = [];
  for (const { seconds, rate } of stages) {
    if (seconds > 0) pieces.push({ ...state, seconds, to: rate });
    state.before += ((state.from + rate) / 2) * seconds;
    state.startMs += seconds * 1000;
    state.from = rate;
  }
  return pieces;
}

function expectedOf(pieces: readonly RatePiece[]): number {
  const last = pieces.at(-1);
  return last === undefined ? 0 : last.before + ((last.from + last.to) / 2) * last.seconds;
}

/** Knuth's product of uniform numbers: exact, and for a mean of 16 some 17 of them. */
function countIn(seed: number, block: number): number {
  const random = randomOf(seed, PURPOSE.count, block);
  const limit = Math.exp(-BLOCK);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count += 1;
  return count;
}

/** Sorted places of a block's arrivals on the axis of expected ones. */
function positionsIn(seed: number, block: number, count: number): readonly number[] {
  const random = randomOf(seed, PURPOSE.positions, block);
  return Array.from({ length: count }, () => (block + random()) * BLOCK).sort((a, b) => a - b);
}

function countBelow(position: number, blocks: readonly number[], seed: number): number {
  const block = Math.min(Math.floor(position / BLOCK), blocks.length - 1);
  return (blocks[block] ?? 0) + positionsIn(seed, block, countIn(seed, block)).filter((one) => one < position).length;
}

/**
 * The instant of arrival number `index` in milliseconds since the load began, for indices that mostly rise: it need
 * not walk through those before. @param blocks the plan's, or the same numbers shared between users.
 */
export function createArrivals(
  { pieces, seed }: Pick<ArrivalPlan, "pieces" | "seed">,
  blocks: ArrayLike<number>,
): (index: number) => number {
  let [block, piece] = [-1, 0];
  let positions: readonly number[] = [];
  const positionOf = (index: number): number => {
    if (blocks.length === 0) return index;
    const found = blockOf(index, blocks);
    if (found !== block) positions = positionsIn(seed, found, countIn(seed, found));
    block = found;
    return positions[index - (blocks[found] ?? 0)] ?? found * BLOCK;
  };
  return (index) => {
    const position = positionOf(index);
    if (position < (pieces[piece]?.before ?? 0)) piece = 0;
    while (piece < pieces.length - 1 && position >= (pieces[piece + 1]?.before ?? Infinity)) piece += 1;
    return instantIn(pieces[piece], position);
  };
}

/** The last block that begins with at most `index` arrivals before it: empty ones are passed over. */
function blockOf(index: number, blocks: ArrayLike<number>): number {
  let [low, high] = [0, blocks.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((blocks[middle] ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Solves from * t + (to - from) * t² / (2 * seconds) = position - before, in a form that also holds for from = to. */
function instantIn(piece: RatePiece | undefined, position: number): number {
  if (piece === undefined) return 0;
  const { startMs, seconds, from, to, before } = piece;
  const ahead = Math.max(0, position - before);
  if (ahead === 0) return startMs;
  const slope = (to - from) / seconds;
  const root = Math.sqrt(Math.max(0, from * from + 2 * slope * ahead));
  return startMs + ((2 * ahead) / (from + root)) * 1000;
}
