import { isLinkLocal } from "../platform/addresses.ts";
import { addressesOf } from "../platform/tcp.ts";
import { READ_WITHIN_MS } from "./limits.ts";
import { within } from "./within.ts";

/**
 * Why nobody is to be asked there; undefined: nothing speaks against it. The configuration refuses addresses at which
 * clouds hand out credentials; a name that leads to one is known only when it is looked up.
 */
export async function whyForbidden(host: string, signal: AbortSignal): Promise<string | undefined> {
  const name = host.replace(/^\[|\]$/g, "");
  const addresses = await within(addressesOf(name), READ_WITHIN_MS, signal).catch(() => []);
  const found = [name, ...addresses].find(isLinkLocal);
  return found === undefined ? undefined : `it leads to ${found}, where clouds hand out credentials of the machine`;
}
