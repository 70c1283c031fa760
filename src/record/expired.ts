import { instantOf, type Instant, type RunId, type RunRecord } from "../model/index.ts";
import { byScenario, scenarioOf } from "./run-names.ts";

export interface ExpiryLimits {
  readonly keepRuns: number;
  readonly keepDays: number;
  readonly now: Instant;
  /** Baselines: never removed. */
  readonly pins: ReadonlySet<RunId>;
  /** Most ids given. */
  readonly atMost: number;
}

/** The record of a run; undefined where there is no readable one. */
export type ReadRun = (id: RunId) => Promise<RunRecord | undefined>;

const DAY_MS = 86_400_000;
/** Newest runs of a scenario that are looked at for one that makes an old one dispensable. */
const LOOKS = 50;

/**
 * Ids of the runs that may go, newest first: too old, or beyond the newest `keepRuns`. Never a pinned one, nor, of each
 * scenario and trigger, the newest of all, the newest judged (the gauges show it after a restart) and the newest
 * failure (what somebody looks for first), however old.
 *
 * Names decide whose turn it is; only those records are read, and a few new ones to see what the old ones are still
 * needed for. So one or two more than necessary can stay, and none too few.
 */
export async function expired(
  newestFirst: readonly RunId[],
  read: ReadRun,
  limits: ExpiryLimits,
): Promise<readonly RunId[]> {
  const oldest = isBelieved(newestFirst, limits) ? limits.now - limits.keepDays * DAY_MS : -Infinity;
  // A run ends after it was asked for, so what is young by its name is young.
  const isDue = (id: RunId, index: number): boolean => index >= limits.keepRuns || instantOf(id) < oldest;
  const kept = byScenario(newestFirst.filter((id, index) => !isDue(id, index)));
  const known = new Map<string, Known>();
  const gone: RunId[] = [];
  for (const [index, id] of newestFirst.entries()) {
    if (gone.length >= limits.atMost) break;
    if (!isDue(id, index)) continue;
    const record = await read(id);
    if (record === undefined) continue;
    const scenario = scenarioOf(id);
    const newer = known.get(scenario) ?? new Known((kept.get(scenario) ?? []).slice(0, LOOKS), read);
    known.set(scenario, newer);
    const isYoung = index < limits.keepRuns && Date.parse(record.ended_at) >= oldest;
    if (isYoung || limits.pins.has(id) || !(await newer.replaces(record))) newer.note(record);
    else gone.push(id);
  }
  return gone;
}

/** In keeping times: months between two runs are a habit, years a clock. */
const LONG_GAP = 4;

/**
 * A clock that is suddenly years ahead makes every run old at once. So after a gap that is far longer than runs are
 * kept, nothing is too old until a day has passed: no wrong clock has been seen to last that long.
 */
function isBelieved(newestFirst: readonly RunId[], { keepDays, now }: ExpiryLimits): boolean {
  const times = [now, ...newestFirst.map(instantOf)];
  const afterGap = times.find((at, index) => at - (times[index + 1] ?? at) > LONG_GAP * keepDays * DAY_MS);
  return afterGap === undefined || now - afterGap >= DAY_MS;
}

/** What newer runs of a scenario, which stay, are known to show. */
class Known {
  readonly #shown = new Set<string>();
  readonly #unread: RunId[];
  readonly #read: ReadRun;

  constructor(ids: readonly RunId[], read: ReadRun) {
    this.#unread = [...ids].reverse();
    this.#read = read;
  }

  note(record: RunRecord): void {
    for (const kind of kindsOf(record)) this.#shown.add(kind);
  }

  /** Is there a newer one for everything that this record is kept for? Reads only until that is known. */
  async replaces(record: RunRecord): Promise<boolean> {
    const kinds = kindsOf(record);
    const isShown = (): boolean => kinds.every((kind) => this.#shown.has(kind));
    while (!isShown()) {
      const id = this.#unread.pop();
      if (id === undefined) return false;
      const newer = await this.#read(id);
      if (newer !== undefined) this.note(newer);
    }
    return true;
  }
}

function kindsOf(record: RunRecord): readonly string[] {
  const { trigger, verdict, state } = record;
  const isJudged = verdict !== null && verdict !== "invalid";
  const isFailure = verdict === "fail" || state === "error" || state === "lost";
  return [
    `${trigger} newest`,
    ...(isJudged ? [`${trigger} judged`] : []),
    ...(isFailure ? [`${trigger} failure`] : []),
  ];
}
