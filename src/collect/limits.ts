/** Longest time for one read of one source: what is slower is absent, and the run goes on. */
export const READ_WITHIN_MS = 2_000;
