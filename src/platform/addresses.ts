import { BlockList, isIP } from "node:net";

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

/**
 * Link-local (169.254.0.0/16, fe80::/10), or another address at which clouds answer any program with credentials of the
 * machine: no chatbot listens there.
 */
export function isLinkLocal(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/%.*$/, "");
  if (METADATA.has(name.replace(/\.$/, ""))) return true;
  const mapped = /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):[0-9a-f]{1,4})$/.exec(name);
  if (mapped?.[2] !== undefined) return Number.parseInt(mapped[2], 16) === 0xa9fe;
  const ip = mapped?.[1] ?? name;
  if (isIP(ip) === 4) return ip.startsWith("169.254.");
  return isIP(ip) === 6 && /^fe[89ab]/.test(ip);
}

/** Whether an address lies in a subnet like `172.18.0.1/16`. */
export function isInSubnet(address: string): (subnet: string) => boolean {
  return (subnet) => {
    const [of = "", bits = ""] = subnet.split("/");
    const version = isIP(of);
    if (version === 0 || version !== isIP(address)) return false;
    const family = version === 4 ? "ipv4" : "ipv6";
    const list = new BlockList();
    list.addSubnet(of, Number(bits), family);
    return list.check(address, family);
  };
}

/** AWS over IPv6, Alibaba Cloud, and the name of Google's. */
const METADATA: ReadonlySet<string> = new Set(["fd00:ec2::254", "100.100.100.200", "metadata.google.internal"]);
