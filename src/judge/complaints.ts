import type { LoadFacts } from "../model/index.ts";

/** So begins what load_tests/lib/stream-script.ts says of the probe: the target has no part in it. */
const OF_PROBE = /^the stream probe\b/;

/** `; the first said: status 401`, or nothing: why the target's answers failed, to stand behind a sentence. */
export function firstComplaint({ complaints = [] }: LoadFacts): string {
  const first = complaints.find((why) => !OF_PROBE.test(why));
  return first === undefined ? "" : `; the first said: ${withoutStop(first)}`;
}

/** Why the probe did not do its part; undefined: nobody said. */
export function probeComplaint({ complaints = [] }: LoadFacts): string | undefined {
  return complaints.find((why) => OF_PROBE.test(why));
}

export function withoutStop(text: string): string {
  return text.replace(/\.$/, "");
}
