import type { Scenario } from "../model/index.ts";

const MOST = 5;
const LONGEST = 200;
/** Shorter ones may be parts of any word. */
const LEAST_SECRET = 4;

/** Why answers failed, in the script's words: the first few that differ, for the record. */
export interface Complaints {
  add(why: string): void;
  /** Empty when nothing was said. */
  told(): { readonly complaints?: readonly string[] };
}

/** A target may say in its own words what it was sent: the scenario's secrets are taken out of all that is kept. */
export function createComplaints({ secrets }: Pick<Scenario, "secrets">): Complaints {
  const hidden = Object.values(secrets)
    .map((secret) => secret.reveal())
    .filter((value) => value.length >= LEAST_SECRET);
  const found = new Set<string>();
  return {
    add(why) {
      if (found.size >= MOST) return;
      const clean = hidden.reduce((text, secret) => text.replaceAll(secret, "<redacted>"), why);
      const line = clean.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
      if (line !== "") found.add(line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line);
    },
    told: () => (found.size === 0 ? {} : { complaints: [...found] }),
  };
}
