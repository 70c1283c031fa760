// Runs inside k6, not in Node: what an open load measures from the intended start, and which requests met all limits.
import { Rate, Trend } from "k6/metrics";
import type { Measured } from "./answers.ts";
import { meetsAll, type AnswerLimits, type AnswerTimes } from "./limits.ts";
import { GOODPUT, OPEN } from "./open-names.ts";

export interface TimingConfig {
  /** Arrivals at a rate: times count from the intended start. */
  readonly open: boolean;
  readonly exchanges: boolean;
  /** Absent: nobody asks for goodput. */
  readonly limits?: AnswerLimits;
}

/** Of one virtual user; milliseconds. */
export interface Timing {
  /** Arrivals come at a rate: what is told counts from when a request was to be sent, connecting included. */
  readonly open: boolean;
  /** An iteration begins, so late. */
  readonly begun: (delayMs: number) => void;
  /** It has come to its end, with or without an exception. */
  readonly ended: () => void;
  /** The start delay belongs to the first request of an iteration: whoever asks first has it. */
  readonly takeDelay: () => number;
  readonly answered: (answers: readonly Measured[]) => void;
  /** `times` from the sending; latency, first byte and first token count from the intended start in an open load. */
  readonly exchanged: (good: boolean, times: AnswerTimes, about: ExchangeAbout) => void;
}

export interface ExchangeAbout {
  /** Of an open load: from when the message was to be sent until it was. */
  readonly delayMs: number;
  readonly tags: Record<string, string>;
}

/** To be made while the script is loaded; undefined where nothing of it is wanted, so that requests pay nothing. */
export function createTiming({ open, exchanges, limits }: TimingConfig): Timing | undefined {
  if (!open && limits === undefined) return undefined;
  const trend = (name: string, wanted: boolean): Trend | undefined => (wanted ? new Trend(name, true) : undefined);
  const latency = trend(OPEN.latency, open && !exchanges);
  const service = trend(OPEN.service, open && exchanges);
  const [startDelay, busy] = [trend(OPEN.startDelay, open), trend(OPEN.busy, open)];
  const goodput = limits === undefined ? undefined : new Rate(GOODPUT);
  let [delay, begunAt] = [0, 0];
  const takeDelay = (): number => {
    const taken = delay;
    delay = 0;
    return taken;
  };
  return {
    open,
    begun(delayMs) {
      delay = delayMs;
      begunAt = Date.now();
      startDelay?.add(delayMs);
    },
    ended: () => busy?.add(Date.now() - begunAt),
    takeDelay,
    answered(answers) {
      const late = takeDelay();
      for (const { good, ms, connectMs } of answers) {
        const whole = open ? late + connectMs + ms : ms;
        if (good) latency?.add(whole);
        goodput?.add(good && meetsAll(limits ?? {}, { latency: whole }));
      }
    },
    exchanged(good, times, { delayMs, tags }) {
      if (good && times.latency !== undefined) service?.add(times.latency, tags);
      goodput?.add(good && meetsAll(limits ?? {}, fromStart(times, delayMs)), tags);
    },
  };
}

/** The time per token is no time since anything. */
function fromStart({ tpot, ...since }: AnswerTimes, delayMs: number): AnswerTimes {
  const later = Object.entries(since).map(([name, ms]) => [name, ms + delayMs] as const);
  return { ...Object.fromEntries(later), ...(tpot === undefined ? {} : { tpot }) };
}
