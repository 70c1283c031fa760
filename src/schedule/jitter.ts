import type { Instant, SchedulePlan } from "../model/index.ts";
import { inBlackout } from "./blackout.ts";
import { zoneOf } from "./zone.ts";

/**
 * How long after its slot a run begins: spread evenly over the plan's jitter, and drawn from scenario and slot alone,
 * so that two daemons, or one before and after a restart, draw the same. Never into a blackout: then it is 0.
 */
export function jitterMs(plan: SchedulePlan, scenario: string, slot: Instant): number {
  const drawn = Math.floor(fractionOf(`${scenario} ${slot}`) * plan.jitterSeconds * 1000);
  const zone = zoneOf(plan.timezone);
  return zone === undefined || inBlackout(plan.blackouts, zone, slot + drawn) ? 0 : drawn;
}

/** Text to [0, 1): FNV-1a, with the finish of MurmurHash3, because neighbouring slots differ in few bits. */
function fractionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
