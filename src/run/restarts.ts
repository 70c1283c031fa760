import type { Instant, ProcessMark, Restart } from "../model/index.ts";

/** Instants that mean one start differ by this much: the system tells it in seconds, by a clock that is being set. */
const SAME_START_MS = 2_000;
/** A page that does not tell its own time has a clock that is this far from ours, at most. */
const CLOCK_SLACK_MS = 5_000;

export interface ReadAt {
  /** When the source was asked, and when it had answered. */
  readonly asked: Instant;
  readonly answered: Instant;
}

interface Known {
  readonly identities: Set<string>;
  last: ProcessMark;
  /** Latest start seen, by our clock. */
  newest: Instant;
}

/** Tells the start of a process from another process of several that answer in turn (workers, replicas). */
export class Restarts {
  readonly found: Restart[] = [];
  readonly #watchedFrom: Instant;
  readonly #known = new Map<string, Known>();
  #readAt: Instant;

  constructor(watchedFrom: Instant) {
    this.#watchedFrom = watchedFrom;
    this.#readAt = watchedFrom;
  }

  /** True: another process than at the reading before counts now, whether it was started in between or not. */
  see(marks: readonly ProcessMark[], read: ReadAt): boolean {
    const others = marks.filter((mark) => this.#isAnother(mark, read));
    this.#readAt = read.asked;
    return others.length > 0;
  }

  #isAnother(mark: ProcessMark, { asked, answered }: ReadAt): boolean {
    const began = beganAt(mark, (asked + answered) / 2);
    const known = this.#known.get(mark.what);
    if (known === undefined) {
      const identities = new Set(mark.identity === undefined ? [] : [mark.identity]);
      this.#known.set(mark.what, { identities, last: mark, newest: began ?? -Infinity });
      return false;
    }
    const before = known.last;
    known.last = mark;
    if (this.#isNew(mark, began, known)) this.found.push({ what: mark.what, after: this.#readAt, by: answered });
    if (mark.identity !== undefined) known.identities.add(mark.identity);
    known.newest = Math.max(known.newest, began ?? -Infinity);
    if (mark.identity !== undefined) return mark.identity !== before.identity;
    return Math.abs((mark.began?.at ?? 0) - (before.began?.at ?? 0)) > SAME_START_MS;
  }

  /** Never seen before, and started since it is watched: what was started earlier was there all along. */
  #isNew({ identity }: ProcessMark, began: Instant | undefined, { identities, newest }: Known): boolean {
    const isKnown = identity === undefined ? (began ?? -Infinity) <= newest + SAME_START_MS : identities.has(identity);
    return !isKnown && (began === undefined || began >= this.#watchedFrom - CLOCK_SLACK_MS);
  }
}

/** By our clock, as far as the source's own can be told. */
function beganAt({ began }: ProcessMark, readAt: Instant): Instant | undefined {
  if (began === undefined) return undefined;
  return began.now === undefined ? began.at : readAt - (began.now - began.at);
}
