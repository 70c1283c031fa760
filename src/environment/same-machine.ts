import { isLinkLocal, isLoopback } from "../platform/addresses.ts";
import type { SystemFacts } from "../platform/system-facts.ts";
import type { ReachFacts } from "./facts.ts";

/** Is the target reached on this machine: over loopback, or at an address of its own? */
export function isSameMachine({ host, addresses }: ReachFacts, { ownAddresses }: SystemFacts): boolean {
  return isLoopback(host) || addresses.some((address) => isLoopback(address) || ownAddresses.includes(address));
}

/** The first link-local address among those of the target: there the cloud's metadata service listens. */
export function linkLocalOf({ host, addresses }: ReachFacts): string | undefined {
  return [host, ...addresses].find(isLinkLocal);
}
