/** The system's words where a connection could not be made for want of something on this side, and what that was. */
const SHORTAGES: Readonly<Record<string, string>> = {
  EMFILE: "its process has no file descriptor left: raise the limit on open files (ulimit -n), or use fewer users",
  ENFILE: "its machine has no file descriptor left",
  EADDRNOTAVAIL:
    "no local address or port was left to connect from: let users keep their connections, or widen net.ipv4.ip_local_port_range",
  ENOBUFS: "its machine has no buffers left for connections",
  ENOMEM: "its machine has no memory left for connections",
};

/** What this side lacked, and what to do; undefined: the other side has, or may have, a part in it. */
export function shortageOf(code: string): string | undefined {
  return Object.hasOwn(SHORTAGES, code) ? SHORTAGES[code] : undefined;
}
