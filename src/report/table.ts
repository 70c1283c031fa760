/** The one frame of all tables of data: a caption for those who cannot see the heading, and column heads with scope. */
import { html, type Html, type Part } from "./html.ts";

export interface Column {
  readonly title: string;
  /** Set right, digits below digits. */
  readonly number: true;
}

export interface Table {
  /** What the table shows; read aloud, not seen, because a heading stands above. */
  readonly caption: string;
  readonly columns: readonly (string | Column)[];
  /** Rows, kept together in print group by group. */
  readonly groups: readonly Part[];
  readonly className?: string;
}

/** A column of numbers. */
export function numbers(title: string): Column {
  return { title, number: true };
}

export function table({ caption, columns, groups, className = "data" }: Table): Html {
  return html`<table class="${className}">
    <caption class="hidden">
      ${caption}
    </caption>
    <thead>
      <tr>
        ${columns.map(head)}
      </tr>
    </thead>
    ${groups.map(
      (rows) =>
        html`<tbody>
          ${rows}
        </tbody>`,
    )}
  </table>`;
}

/** For more columns than a narrow page has room for: it is moved inside its own frame, by keys too. */
export function wideTable(all: Table): Html {
  return html`<div class="scroll" role="region" aria-label="${all.caption}" tabindex="0">${table(all)}</div>`;
}

function head(column: string | Column): Html {
  return typeof column === "string"
    ? html`<th scope="col">${column}</th>`
    : html`<th scope="col" class="number">${column.title}</th>`;
}
