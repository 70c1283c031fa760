/**
 * Longer than k6 waits for an answer (60 s): a request cut off before that leaves no sample at all, and a target that
 * hangs would look like one that was asked less.
 */
export const GRACEFUL_STOP_SECONDS = 65;
