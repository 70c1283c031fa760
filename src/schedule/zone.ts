import type { Instant } from "../model/index.ts";

/** Time zones as the runtime's copy of the IANA database knows them. */

export interface Zone {
  readonly name: string;
  /** What clocks there show at an instant, as if it were UTC: milliseconds. */
  wallAt(at: Instant): number;
}

/** A moment at which clocks of a zone are moved. */
export interface Transition {
  /** First instant of the new time. */
  readonly at: Instant;
  /** What clocks would show, had they not been moved, and what they show: milliseconds as if UTC. */
  readonly wallBefore: number;
  readonly wallAfter: number;
}

/** Summer time is suspended for about a month where it is (Morocco, in Ramadan): no change hides between two looks. */
const LOOK_MS = 7 * 24 * 60 * 60 * 1000;

/** Formats are dear to make and the same for ever: 500 scenarios in one zone share one. */
const KNOWN = new Map<string, Zone>();

/** The zone of an IANA name; undefined for an unknown name, and for offsets (+02:00), which know no summer time. */
export function zoneOf(name: string): Zone | undefined {
  const known = KNOWN.get(name) ?? makeZone(name);
  if (known !== undefined) KNOWN.set(name, known);
  return known;
}

function makeZone(name: string): Zone | undefined {
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    const format = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      hourCycle: "h23",
      calendar: "gregory",
      numberingSystem: "latn",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    if (format.resolvedOptions().timeZone === "UTC") return { name, wallAt: (at) => at };
    return { name, wallAt: (at) => wallOf(format.format(at)) + (((at % 1000) + 1000) % 1000) };
  } catch {
    return undefined;
  }
}

/** Reads `3/29/2026, 03:00:00`. */
function wallOf(text: string): number {
  const [month = 1, day = 1, year = 1970, hour = 0, minute = 0, second = 0] = (text.match(/\d+/g) ?? []).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** Changes of the clock in (after, until], oldest first. */
export function transitionsBetween(zone: Zone, after: Instant, until: Instant): readonly Transition[] {
  const found: Transition[] = [];
  for (let from = after; from < until; from += LOOK_MS) {
    const to = Math.min(from + LOOK_MS, until);
    const offset = zone.wallAt(from) - from;
    if (zone.wallAt(to) - to === offset) continue;
    const at = firstChanged(zone, from, to);
    found.push({ at, wallBefore: at + offset, wallAfter: zone.wallAt(at) });
  }
  return found;
}

/** Changes lie on whole seconds. */
function firstChanged(zone: Zone, from: Instant, to: Instant): Instant {
  const offset = zone.wallAt(from) - from;
  let [same, changed] = [Math.floor(from / 1000), Math.ceil(to / 1000)];
  while (changed - same > 1) {
    const middle = Math.floor((same + changed) / 2);
    if (zone.wallAt(middle * 1000) - middle * 1000 === offset) same = middle;
    else changed = middle;
  }
  return changed * 1000;
}
