/** HTML as a type of its own: text from anywhere becomes part of a page only by being escaped. */

/** Markup that is safe to print: made by `html` and `trusted` only; nothing read from a file can be one. */
export class Html {
  /** The markup. */
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What may stand in a template: Html as it is, everything else escaped; nothing for undefined and false. */
export type Part = Html | string | number | undefined | false | readonly Part[];

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (found) => ESCAPES[found] ?? found);
}

/** Markup that this program wrote itself, never text from outside. */
export function trusted(markup: string): Html {
  return new Html(markup);
}

/** `html\`<p>${text}</p>\``: each part is escaped unless it is Html. Attributes must be quoted. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  // Indentation is for readers of the source; of the page it would be a third.
  return trusted(strings.map((text, index) => text.replaceAll(/\n\s*/g, "\n") + print(parts[index])).join(""));
}

function print(part: Part): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Html) return part.markup;
  return isList(part) ? part.map(print).join("") : escapeHtml(String(part));
}

function isList(part: string | number | readonly Part[]): part is readonly Part[] {
  return Array.isArray(part);
}
