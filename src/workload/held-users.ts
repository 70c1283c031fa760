import { isOpen, judgedSecondsOf, type ClosedLoad, type Load } from "../model/index.ts";

/** One straight piece of the judged part: users move linearly from `from` to `to`. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

/** How long a number of users must be held to count (the definition of `concurrent_users`). */
const HELD_SECONDS = 60;

/**
 * Most users that the pattern itself holds for at least 60 s (or the whole judged part if shorter):
 * no target can show a higher `concurrent_users` under it. Undefined where the script or the target decides.
 */
export function mostHeldUsers(load: Load): number | undefined {
  const seconds = judgedSecondsOf(load);
  if (load.stages === null || seconds === undefined || isOpen(load)) return undefined;
  const pieces = piecesOf(load);
  const needed = Math.min(HELD_SECONDS, seconds);
  for (let users = load.users; users > 1; users -= 1) {
    if (longestAtLeast(users, pieces) >= needed - 1e-9) return users;
  }
  return 1;
}

function piecesOf(load: ClosedLoad): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let level = load.warmup.users;
  for (const stage of load.stages) {
    // A level held from the first judged second: the warm-up already stands at it.
    pieces.push({ start: at, end: at + stage.seconds, from: level, to: stage.users });
    at += stage.seconds;
    level = stage.users;
  }
  return pieces;
}

/** Seconds of the longest unbroken time with at least `users`. */
function longestAtLeast(users: number, pieces: readonly Piece[]): number {
  let longest = 0;
  let since: number | undefined;
  for (const piece of pieces) {
    const span = spanAtLeast(users, piece);
    if (span === undefined) {
      since = undefined;
      continue;
    }
    if (since === undefined || span.start > piece.start) since = span.start;
    longest = Math.max(longest, span.end - since);
    if (span.end < piece.end) since = undefined;
  }
  return longest;
}

function spanAtLeast(users: number, piece: Piece): { start: number; end: number } | undefined {
  const { start, end, from, to } = piece;
  if (from >= users && to >= users) return { start, end };
  // A jump: what matters is where it lands; the next piece begins there.
  if (from < users && to < users) return undefined;
  const crossing = start + ((users - from) / (to - from)) * (end - start);
  return to >= users ? { start: crossing, end } : { start, end: crossing };
}
