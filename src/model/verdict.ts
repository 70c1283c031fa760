export const VERDICTS = ["pass", "warning", "fail", "invalid"] as const;
/** What a *finished* run says of its target. */
export type Verdict = (typeof VERDICTS)[number];
