/** Selectors of series. */

/** The job that scrapes the daemon. */
export const JOB = "chatbench";

/** What labels must be: a text, one of several (`|`), or not so (`!` before it). */
export type Where<Label extends string = string> = Readonly<Partial<Record<NoInfer<Label>, string>>>;

/** Equality, or a match where the text has `|` or `^`. */
export function selectorOf(where: Readonly<Record<string, string | undefined>>): string {
  const parts = Object.entries(where).map(([label, text = ""]) =>
    text.startsWith("!") ? `${label}!~"${text.slice(1)}"` : `${label}${/[|^]/.test(text) ? "=~" : "="}"${text}"`,
  );
  return parts.length === 0 ? "" : `{${parts.join(", ")}}`;
}
