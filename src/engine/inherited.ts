/** In the environment of an engine, and so of whatever it starts: tells to which run a process belongs. */
export const RUN_ID = "CHATBENCH_RUN_ID";

/** What every engine may inherit: where things are and how to speak, nothing that could hold a secret. */
const INHERITED = ["PATH", "HOME", "TMPDIR", "TMP", "TEMP", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR"];

/** Those variables of `environment` that an engine gets: the common ones and `more`. */
export function inheritedFrom(
  environment: Readonly<Record<string, string | undefined>>,
  more: readonly string[] = [],
): Readonly<Record<string, string>> {
  const kept = [...INHERITED, ...more].flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(kept);
}
