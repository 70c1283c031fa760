import { quote } from "./quantity.ts";

export interface Listen {
  readonly host: string;
  readonly port: number;
}

export type ListenResult = { readonly listen: Listen } | { readonly problem: string };

const ANY_IPV4 = "0.0.0.0";
const BYTE = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const IPV4 = new RegExp(String.raw`^(?:${BYTE}\.){3}${BYTE}$`);
const LABEL = String.raw`[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?`;
const NAME = new RegExp(String.raw`^(?:${LABEL}\.)*${LABEL}$`, "i");

/** `127.0.0.1:8640`, `:8640` (every IPv4 address of the machine), `[::1]:8640` or `localhost:0` (a free port). */
export function parseListen(text: string): ListenResult {
  const written = text.trim();
  const advice = misread(written);
  if (advice !== undefined) return { problem: advice };
  const [, brackets, plain, portText] = /^(?:\[([^\]]*)\]|([^:[\]]*)):([^:]*)$/.exec(written) ?? [];
  if (portText === undefined) return { problem: `${quote(text)} is no host and port: ${FORMS}` };
  const host = brackets ?? plain ?? "";
  if (brackets === undefined ? host !== "" && !isHost(host) : !isIpv6(host)) {
    return { problem: `${quote(host)} is not an address or name of a host: ${FORMS}` };
  }
  if (!/^\d{1,5}$/.test(portText) || Number(portText) > 65_535) {
    return { problem: `the port ${quote(portText)} is not a number from 0 (a free one) to 65535` };
  }
  return { listen: { host: host === "" ? ANY_IPV4 : host.toLowerCase(), port: Number(portText) } };
}

const FORMS = 'write "127.0.0.1:8640", ":8640" (every address) or "[::1]:8640"';

/** Near misses, each with the form that was meant. */
function misread(written: string): string | undefined {
  if (/^\d+$/.test(written))
    return `this is a port alone: write "127.0.0.1:${written}", or ":${written}" for every address`;
  if (written.includes("://"))
    return `write only host and port, without scheme and path: ${FORMS.slice("write ".length)}`;
  if (written.startsWith("*:")) return `write ":${written.slice(2)}" for every address`;
  const ipv6 = /^([0-9a-f:]*:[0-9a-f:]*):(\d{1,5})$/i.exec(written);
  if (ipv6 !== null) return `an IPv6 address goes into brackets: "[${ipv6[1] ?? ""}]:${ipv6[2] ?? ""}"`;
  if (isIpv6(written)) return `the port is missing: write "[${written}]:8640"`;
  if (isIpv6(written.replace(/^\[(.*)\]$/, "$1")) || isHost(written)) {
    return `the port is missing: write ${quote(`${written}:8640`)}`;
  }
  return undefined;
}

/** A host by which people reach the daemon, without port: in lower case, or one sentence. */
export function parseHost(text: string): { readonly host: string } | { readonly problem: string } {
  const written = text.trim();
  const bare = written.replace(/^\[(.*)\]$/, "$1");
  if (isHost(written) || isIpv6(bare)) return { host: bare.toLowerCase() };
  const meant = /^(?:[a-z]+:\/\/)?([^:/]+)/i.exec(written)?.[1];
  const advice = meant !== undefined && meant !== written && isHost(meant) ? quote(meant) : '"bench.example.org"';
  return {
    problem: `${quote(text)} is not a host name: write it without scheme, port and path, for example ${advice}`,
  };
}

/** Can only this machine reach it? */
export function isLoopback(host: string): boolean {
  if (host === "localhost") return true;
  if (IPV4.test(host)) return host.startsWith("127.");
  return isIpv6(host) && new URL(`http://[${host}]`).hostname === "[::1]";
}

function isHost(text: string): boolean {
  // What looks like an IPv4 address must be one: no name ends in a number.
  return IPV4.test(text) || (text.length <= 253 && NAME.test(text) && !/(?:^|\.)\d+$/.test(text));
}

function isIpv6(text: string): boolean {
  return /^[0-9a-f:.]+$/i.test(text) && text.includes(":") && URL.canParse(`http://[${text}]`);
}
