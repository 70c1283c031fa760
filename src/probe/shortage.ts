/** The system's words where a connection failed for want of something on this side, and what that was. */
const SHORTAGES: Readonly<Record<string, string>> = {
  EMFILE: "its process has no file descriptor left: raise the limit on open files (ulimit -n), or use fewer users",
  ENFILE: "its machine has no file descriptor left",
  EADDRNOTAVAIL: "no local address or port is left for a connection to the target",
  ENOBUFS: "its machine has no buffers left for connections",
  ENOMEM: "its machine has no memory left",
};

/** Why a connection failed, where the target has no part in it; undefined: it has, or may have. */
export function shortageOf(code: string): string | undefined {
  return Object.hasOwn(SHORTAGES, code) ? `the stream probe ran short (${code}): ${SHORTAGES[code] ?? ""}` : undefined;
}
