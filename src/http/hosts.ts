import { isIpAddress, isLoopback } from "../platform/addresses.ts";

/**
 * Whether a request's Host is ours. A page of another site whose name suddenly leads to this machine (DNS rebinding)
 * sends that name here, so names must be known. A bare address cannot be rebound: beyond loopback any is taken,
 * because the one that clients use may be that of a router or a container.
 */
export function isOurHost(header: string | undefined, listenHost: string, names: readonly string[]): boolean {
  const host = hostOf(header);
  if (host === undefined) return false;
  if (isLoopback(host) || host === hostOf(listenHost)) return true;
  if (isIpAddress(host)) return !isLoopback(listenHost);
  return names.some((name) => hostOf(name) === host);
}

/** The host without port, brackets and a closing dot; undefined for what is no host. */
function hostOf(header: string | undefined): string | undefined {
  const written = (header ?? "").toLowerCase();
  if (isIpAddress(written)) return written;
  const match = /^(?:\[([\da-f:.]+)\]|([\w.-]+?)\.?)(?::\d{1,5})?$/.exec(written);
  return match?.[1] ?? match?.[2];
}
