import { lookup, type LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import { isLinkLocal } from "./addresses.ts";

/** Of the error where no address is left: what stands where the system's word (`ENOTFOUND`) stands else. */
const REFUSED = "its name leads to a link-local address, where clouds hand out credentials";

/** Looks names up for connections: an address that is refused in the configuration is none that a name may lead to. */
export function guardedLookup(resolve: LookupFunction = lookup): LookupFunction {
  return (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const allowed = addressesOf(found).filter(({ address }) => !isLinkLocal(address));
      const [first] = allowed;
      if (first === undefined) callback(Object.assign(new Error(REFUSED), { code: REFUSED }), []);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

function addressesOf(found: string | readonly LookupAddress[]): readonly LookupAddress[] {
  return typeof found === "string" ? [{ address: found, family: found.includes(":") ? 6 : 4 }] : found;
}
