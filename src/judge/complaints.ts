import type { LoadFacts } from "../model/index.ts";

/** So begins what load_tests/lib says of the probe or of k6 itself: the target has no part in it. */
const OURS = /^the (?:stream probe|load generator)\b/;

/** `; the first said: status 401`, or nothing: why the target's answers failed, to stand behind a sentence. */
export function firstComplaint({ complaints = [] }: LoadFacts): string {
  const first = complaints.find((why) => !OURS.test(why));
  return first === undefined ? "" : `; the first said: ${withoutStop(first)}`;
}

/** Why an exchange could not be carried out; undefined: nobody said. */
export function lossComplaint({ complaints = [] }: LoadFacts): string | undefined {
  return complaints.find((why) => OURS.test(why));
}

export function withoutStop(text: string): string {
  return text.replace(/\.$/, "");
}
