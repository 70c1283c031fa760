/** Milliseconds since 1970-01-01 UTC. Record files hold the same instant as ISO 8601 text. */
export type Instant = number;

declare const runIdBrand: unique symbol;
/** Sorts by time: `20261123T020000Z-<scenario>-` and the suffix of platform/ids.ts (in the first records, four random letters). */
export type RunId = string & { readonly [runIdBrand]: true };

const RUN_ID = /^\d{8}T\d{6}Z-[a-z0-9][a-z0-9-]{0,62}-[a-z0-9]{4}(?:[a-z0-9]{2})?$/;

/** The one gate from text to a run id: what passes can safely be a folder name. */
export function isRunId(text: string): text is RunId {
  return RUN_ID.test(text);
}

/** When the run was asked for, by the clock of whoever named it. */
export function instantOf(id: string): Instant {
  const part = (from: number, length = 2): number => Number(id.slice(from, from + length));
  return Date.UTC(part(0, 4), part(4) - 1, part(6), part(9), part(11), part(13));
}

/**
 * A mark at most this far ahead of now is a clock that was set back. One further ahead was made by a clock that was
 * wrong: it is not believed, or it would hide all that follows until then.
 */
export const SET_BACK_MS = 2 * 60 * 60 * 1000;

/** Was the run named by a clock that was wrong? */
export function isOfFuture(id: string, now: Instant): boolean {
  return instantOf(id) > now + SET_BACK_MS;
}

/** Sorts ids by time; runs of the future come before all others, so that none of them is ever the newest of several. */
export function turnOf(id: string, now: Instant): string {
  return `${isOfFuture(id, now) ? "0" : "1"} ${id}`;
}

/** Names of scenarios and targets: they become labels, file names and ids, so nothing needs escaping. */
export const NAME_PATTERN = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Builds the id of a run that was triggered at `at`; `suffix` tells ids of one second apart. */
export function runIdOf(at: Instant, scenario: string, suffix: string): RunId {
  const stamp = new Date(at)
    .toISOString()
    .replace(/\.\d{3}Z$/, "Z")
    .replaceAll(/[-:]/g, "");
  const id = `${stamp}-${scenario}-${suffix}`;
  if (!isRunId(id)) throw new Error(`not a run id: ${id}`);
  return id;
}
