// Names shared by the wrapper (inside k6) and the reader of its summary (in Node). Each user of k6 runs all of this anew:
// constants only, and nothing that only Node needs (that stands in summary-names.ts).

export const EXCEPTIONS = "chatbench_exceptions";
export const LOAD_START = "chatbench_load_start_ms";
export const LOAD_END = "chatbench_load_end_ms";
/** Users who waited for one answer from before the judged window to after its end: no phase holds their waiting. */
export const WAITED_THROUGH = "chatbench_waited_through";
/** Of them, those whose answer failed at last. */
export const WAITED_IN_VAIN = "chatbench_waited_in_vain";
/** Milliseconds of the judged window that users waited for requests that failed. */
export const FAILED_WAIT = "chatbench_failed_wait_ms";
/** Part of the load that a sample belongs to: `warmup`, `judged` or `tail`. Named so that no tag of a script hides it. */
export const PHASE_TAG = "chatbench_phase";
/** Tag of a user whose last answer was not good: `failed`, or `mixed` where that cannot be told. */
export const ANSWER_TAG = "chatbench_answer";
