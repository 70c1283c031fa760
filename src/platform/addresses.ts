import { isIP } from "node:net";

/** An IPv4 or IPv6 address, without brackets. */
export function isIpAddress(host: string): boolean {
  return isIP(host) !== 0;
}

/** An address or name that leads to this machine and nowhere else. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  if (isIP(name) === 4) return name.startsWith("127.");
  return name === "::1" || (isIP(name) === 6 && name.startsWith("::ffff:127."));
}
