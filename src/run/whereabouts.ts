import type { Owner } from "../model/index.ts";

/**
 * `here`: its pid can be looked up. `before`: of this machine, before it was started anew. `elsewhere`: on another
 * machine or in another container, where no pid of ours is meant, whatever its name.
 */
export type Whereabouts = "here" | "before" | "elsewhere";

/** A name alone is no machine: cloned ones share it, and containers on the host's network have the host's. */
export function whereIs(owner: Owner, own: Pick<Owner, "host" | "place">): Whereabouts {
  if (owner.host !== own.host) return "elsewhere";
  if (owner.place === undefined || own.place === undefined || owner.place === own.place) return "here";
  return bootOf(owner.place) === bootOf(own.place) ? "elsewhere" : "before";
}

function bootOf(place: string): string {
  return place.slice(0, place.indexOf(" "));
}
