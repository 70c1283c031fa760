export interface LevelsRequest {
  /** Users or arrivals per second of the highest level. */
  readonly top: number;
  readonly from?: number;
  readonly step?: number;
  /** Users come whole. */
  readonly whole: boolean;
}

export type LevelsResult = { readonly levels: readonly number[] } | { readonly problem: string };

const MOST_LEVELS = 100;

/** A tenth of the highest level: where a ladder begins, and by how much it rises, unless somebody says otherwise. */
export function defaultStep(top: number, whole: boolean): number {
  return whole ? Math.max(1, Math.round(top / 10)) : Number((top / 10).toPrecision(12));
}

/** The levels of a ladder: from the lowest up by equal steps, the highest always among them. */
export function levelsOf({ top, from, step, whole }: LevelsRequest): LevelsResult {
  const height = step ?? defaultStep(top, whole);
  const lowest = from ?? Math.min(top, defaultStep(top, whole));
  if (!(lowest > 0)) return { problem: `from must be above 0, not ${lowest}` };
  if (!(height > 0)) return { problem: `step must be above 0, not ${height}` };
  if (lowest > top) return { problem: `from (${lowest}) is above the top of the ladder (${top})` };
  const rungs = Math.ceil((top - lowest) / height - 1e-9) + 1;
  if (rungs > MOST_LEVELS)
    return { problem: `${rungs} steps are more than a ladder may have: at most ${MOST_LEVELS}; choose a larger step` };
  const levels = Array.from({ length: rungs }, (_, index) => Number((lowest + index * height).toPrecision(12)));
  return { levels: [...levels.slice(0, -1), top] };
}
