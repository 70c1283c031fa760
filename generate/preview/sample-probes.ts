/** Probes of the month before as blackbox_exporter would have told of them, with some outages. */
import { WINDOWS, burn, PROBE_SECONDS, type Window } from "../rules/uptime-names.ts";
import { DAYS } from "./sample-runs.ts";
import { timesBefore } from "./sample-series.ts";

const DAY = 86_400;
/** What 99.9 % allows. */
const BUDGET = 0.001;

/** Seconds before now in which a target did not answer, from and to. */
const OUTAGES: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  chatbot: [[6.2 * DAY, 6.2 * DAY - 540]],
  gateway: [
    [19.4 * DAY, 19.4 * DAY - 3_900],
    [10.9 * DAY, 10.9 * DAY - 900],
    [2.3 * DAY, 2.3 * DAY - 420],
  ],
};

export interface Probed {
  readonly targets: readonly string[];
  /** Unix seconds. */
  readonly now: number;
}

/** Seconds of an outage between two instants. */
function downBetween(target: string, now: number, [from, to]: readonly [number, number]): number {
  const outages = (OUTAGES[target] ?? []).map(([begin, end]) => [now - begin, now - end] as const);
  return outages.reduce((sum, [begin, end]) => sum + Math.max(0, Math.min(end, to) - Math.max(begin, from)), 0);
}

/** Whether it answered each 15 seconds, the rest at the times of the pictures. */
export function* probeLines(probed: Probed): Generator<string> {
  yield* answered(probed);
  yield* rest(probed);
  yield* burns(probed);
}

const labels = (target: string, more = ""): string =>
  `{job="chatbench-probe",instance="http://sample.invalid",module="http_2xx",target="${target}"${more}}`;
const isDown = (target: string, now: number, time: number): boolean => downBetween(target, now, [time, time + 1]) > 0;

function* answered({ targets, now }: Probed): Generator<string> {
  const begin = Math.floor(now / PROBE_SECONDS) * PROBE_SECONDS - DAYS * DAY;
  for (const target of targets)
    for (let time = begin; time < now; time += PROBE_SECONDS)
      yield `probe_success${labels(target)} ${isDown(target, now, time) ? "0" : "1"} ${String(time)}`;
}

/** Mild: a busy hour of the day, and a little of everything. */
const wave = (time: number): number =>
  1 + 0.12 * Math.sin((time / DAY) * 2 * Math.PI) + 0.08 * Math.sin(time * 12.9898);
const PHASES = { resolve: 0.0002, connect: 0.0008, tls: 0, processing: 0.006, transfer: 0.0006 };

function* rest({ targets, now }: Probed): Generator<string> {
  const times = timesBefore(now);
  const usual = { chatbot: 0.0075, gateway: 0.011 } as Readonly<Record<string, number>>;
  for (const target of targets)
    for (const time of times)
      yield `probe_duration_seconds${labels(target)} ${String((usual[target] ?? 0.01) * wave(time))} ${String(time)}`;
  for (const target of targets)
    for (const time of times)
      yield `probe_http_status_code${labels(target)} ${isDown(target, now, time) ? "0" : "200"} ${String(time)}`;
  for (const target of targets)
    for (const [phase, seconds] of Object.entries(PHASES))
      for (const time of times)
        yield `probe_http_duration_seconds${labels(target, `,phase="${phase}"`)} ${String(seconds * wave(time))} ${String(time)}`;
}

/** What the recording rules would have made of them. */
function* burns({ targets, now }: Probed): Generator<string> {
  for (const [window, seconds] of Object.entries(WINDOWS) as [Window, number][])
    for (const target of targets)
      for (const time of timesBefore(now)) {
        const share = downBetween(target, now, [time - seconds, time]) / seconds;
        yield `${burn(window)}{target="${target}"} ${String(share / BUDGET)} ${String(time)}`;
      }
}
