import exec from "k6/execution";

const TELLERS = 3;
const MOST = 20;
const told = new Set<string>();

/**
 * Says what went wrong, once each and by the first users only: a thousand users shall not fill the terminal. Chatbench
 * reads `An answer failed: ...` and `An exchange was lost: ...` out of k6's log and shows the first few with the run.
 */
export function complain(what: string): void {
  if (told.has(what) || told.size >= MOST || exec.vu.idInTest > TELLERS) return;
  told.add(what);
  console.warn(what);
}
