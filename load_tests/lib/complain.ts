import exec from "k6/execution";

const TELLERS = 3;
const told = new Set<string>();

/** Says what went wrong, once each and by the first users only: a thousand users shall not fill the terminal. */
export function complain(what: string): void {
  if (told.has(what) || exec.vu.idInTest > TELLERS) return;
  told.add(what);
  console.warn(what);
}
