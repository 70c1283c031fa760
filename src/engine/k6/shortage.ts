/** Go's words for EMFILE, ENFILE, EADDRNOTAVAIL, ENOBUFS and ENOMEM, and what they ask for. */
const LACKED: ReadonlyMap<string, string> = new Map([
  ["too many open files", "raise its limit on open files (ulimit -n), or use fewer users"],
  ["too many open files in system", "its machine has no file descriptor left"],
  [
    "cannot assign requested address",
    "no local address or port was left to connect from: let users keep their connections, or widen net.ipv4.ip_local_port_range",
  ],
  ["no buffer space available", "its machine has no buffers left for connections"],
  ["cannot allocate memory", "its machine has no memory left for connections"],
]);
/** As Go says that it could not connect; at the end of a line, because an exception has its stack below. */
const COULD_NOT_CONNECT = new RegExp(`\\bdial .*: (${[...LACKED.keys()].join("|")})$`, "m");

/** What k6 lacked on its own side where a request failed, and what to do; undefined: the target has, or may have, a part in it. */
export function shortageIn(text: string): string | undefined {
  const [said, lacked = ""] = COULD_NOT_CONNECT.exec(text) ?? [];
  return said === undefined ? undefined : `${said} (${LACKED.get(lacked) ?? ""})`;
}
