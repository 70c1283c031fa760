/** `own`: the script's own options decide who arrives when. */
export const PATTERN_NAMES = ["smoke", "ramp", "sustained", "spike", "soak", "own"] as const;
export type PatternName = (typeof PATTERN_NAMES)[number];

/** Over `seconds`, the number of users moves linearly to `users` (0 seconds: at once). */
export interface Stage {
  readonly seconds: number;
  readonly users: number;
}

/** Who arrives when. The warm-up comes first and is never judged; `stages` are the judged part. */
export type Load =
  | {
      readonly pattern: Exclude<PatternName, "own">;
      /** Most users of the judged part. */
      readonly users: number;
      readonly warmup: Stage;
      readonly stages: readonly Stage[];
    }
  | {
      readonly pattern: "own";
      readonly warmup: Stage;
      readonly stages: null;
    };

/** Length of the judged part in seconds; undefined where the script decides. */
export function judgedSecondsOf(load: Load): number | undefined {
  return load.stages?.reduce((sum, stage) => sum + stage.seconds, 0);
}
