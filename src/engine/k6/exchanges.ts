// Runs inside k6, not in Node: lets load_tests/lib/exchange.ts take part in what the wrapper knows of a user.
import { PHASE_TAG } from "./names.ts";
import type { LastAnswer } from "./answers.ts";
import type { Timing } from "./timing.ts";

/** Where load_tests/lib/exchange.ts looks for the wrapper: under plain `k6 run` there is none. */
const HOOKS = "chatbench$exchanges";

export interface ExchangeHooks {
  /** A message is about to be sent: tells the tags of all that its exchange measures. */
  begin(): Readonly<Record<string, string>>;
  /** Are these the tags that the user has now anyway? */
  areOwn(tags: Readonly<Record<string, string>>): boolean;
  ended(good: boolean): void;
  /** By how much the first exchange of an iteration begins after its intended start, in milliseconds; then 0. */
  readonly takeDelay?: Timing["takeDelay"];
  /** Arrivals come at a rate: times count from when a message was to be sent. */
  readonly open?: boolean;
  /** What it measured since the sending; set only where somebody wants it. */
  readonly exchanged?: Timing["exchanged"];
}

interface User {
  readonly mark: () => void;
  readonly phase: () => string;
  readonly answered: (answer: LastAnswer) => void;
}

/** Makes exchanges the requests of this script. */
export function publishExchanges(user: User, timing: Timing | undefined): void {
  const hooks: ExchangeHooks = {
    begin() {
      user.mark();
      return { [PHASE_TAG]: user.phase() };
    },
    areOwn: (tags) => tags[PHASE_TAG] === user.phase(),
    ended: (good) => user.answered(good ? "good" : "failed"),
    ...(timing && { open: timing.open, takeDelay: timing.takeDelay, exchanged: timing.exchanged }),
  };
  (globalThis as Record<string, unknown>)[HOOKS] = hooks;
}
