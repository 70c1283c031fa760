import { isInSubnet, isLinkLocal, isLoopback } from "../platform/addresses.ts";
import type { EnvironmentFacts, ReachFacts } from "./facts.ts";

/** Where the target runs, as seen from the load generator. */
export type Place = "same" | "other" | "unknown";

type Known = Pick<EnvironmentFacts, "reach" | "system" | "machine" | "target">;

/**
 * `same`: reached over loopback, at an address of this machine, or on a machine that began when this one did. Containers
 * of one machine have addresses of their own: from inside one, or towards a bridge, only that start tells which it is.
 */
export function placeOf({ reach, system, machine, target }: Known): Place {
  const { host, addresses } = reach;
  const isOwn = (address: string): boolean => isLoopback(address) || system.ownAddresses.includes(address);
  if (isLoopback(host) || addresses.some(isOwn)) return "same";
  const began = beganTogether({ system, machine, target });
  if (began !== undefined) return began ? "same" : "other";
  if (system.isContainer || addresses.some((address) => system.bridgeSubnets.some(isInSubnet(address))))
    return "unknown";
  return addresses.length === 0 ? "unknown" : "other";
}

/** Two readings of one machine's start differ by this much at most: it moves when the clock is set. */
const SAME_START_SECONDS = 1;
/** Beyond this they are two machines, whatever the clocks do. */
const OTHER_START_SECONDS = 60;

/** Undefined: nobody tells, or nobody can tell by this. Machines of one kind are started together; so memory counts too. */
function beganTogether({ system, machine, target }: Omit<Known, "reach">): boolean | undefined {
  if (target.bootedAtSeconds === undefined || system.bootedAtSeconds === undefined) return undefined;
  const apart = Math.abs(target.bootedAtSeconds - system.bootedAtSeconds);
  if (apart <= SAME_START_SECONDS && target.machine?.memoryBytes === machine.memoryBytes) return true;
  return apart > OTHER_START_SECONDS ? false : undefined;
}

/** The first link-local address among those of the target: there the cloud's metadata service listens. */
export function linkLocalOf({ host, addresses }: ReachFacts): string | undefined {
  return [host, ...addresses].find(isLinkLocal);
}
