import { shortageOf } from "../../platform/shortages.ts";

/** How Go says what the system calls so. */
const GO_WORDS: ReadonlyMap<string, string> = new Map([
  ["too many open files", "EMFILE"],
  ["too many open files in system", "ENFILE"],
  ["cannot assign requested address", "EADDRNOTAVAIL"],
  ["no buffer space available", "ENOBUFS"],
  ["cannot allocate memory", "ENOMEM"],
]);
/** As Go says that it could not connect; at the end of a line, because an exception has its stack below. */
const COULD_NOT_CONNECT = new RegExp(`\\bdial .*: (${[...GO_WORDS.keys()].join("|")})$`, "m");

/** What k6 lacked on its own side where a request failed, and what to do; undefined: the target has, or may have, a part in it. */
export function shortageIn(text: string): string | undefined {
  const [said, lacked = ""] = COULD_NOT_CONNECT.exec(text) ?? [];
  return said === undefined ? undefined : `${said} (${shortageOf(GO_WORDS.get(lacked) ?? "") ?? ""})`;
}
