/** The frame of every page: one file, no script, nothing from elsewhere, and a policy that holds it to that. */
import { createHash } from "node:crypto";
import { html, trusted, type Html, type Part } from "./html.ts";
import { STYLE } from "./style.ts";
import { SIGNS, type Tone } from "./words.ts";

/** In one piece: the policy holds the hash of every character between the tags. */
const STYLE_ELEMENT = trusted(`<style>${STYLE}</style>`);
const STYLE_HASH = hashOf(STYLE);

/** Found by the script and reached by the skip link. */
const MAIN_OF_LIVE = trusted(' id="main" tabindex="-1"');

export interface Page {
  readonly title: string;
  readonly body: Part;
  readonly footer: Part;
  /** Only of a page that a daemon serves: it keeps itself up to date. */
  readonly live?: LivePart;
}

export interface LivePart {
  /** Printed as it is: never text from outside. */
  readonly script: string;
  /** How often a browser without script loads the page again. */
  readonly reloadSeconds: number;
  /** Before `main`: what stays when its parts are replaced. */
  readonly before: Html;
}

/** What the page may do, held by hashes of every character between the tags. */
function policyOf(live: LivePart | undefined): string {
  const script = live === undefined ? "" : `script-src 'sha256-${hashOf(live.script)}'; connect-src 'self'; `;
  return `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; ${script}base-uri 'none'; form-action 'none'`;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

export function page({ title, body, footer, live }: Page): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${trusted(policyOf(live))}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}</title>
        ${STYLE_ELEMENT}
        ${live && html`<noscript><meta http-equiv="refresh" content="${live.reloadSeconds}" /></noscript>`}
      </head>
      <body>
        ${live?.before}
        <main${live && MAIN_OF_LIVE}>${body}</main>
        <footer><p>${footer}</p></footer>
        ${live && trusted(`<script>${live.script}</script>`)}
      </body>
    </html> `;
}

/** Drawn, because not every machine has a font with emoji; the emoji is there for copying the text. */
const SHAPES: Readonly<Record<Tone, Html>> = {
  pass: trusted('<rect x="1" y="1" width="22" height="22" rx="6"/><path class="in" d="m6.5 12.5 3.8 3.8 7.2-8"/>'),
  warning: trusted(
    '<path d="M10.2 3.1a2.1 2.1 0 0 1 3.6 0l9 15.7a2.1 2.1 0 0 1-1.8 3.1H3a2.1 2.1 0 0 1-1.8-3.1z"/><path class="in" d="M12 9v5.2M12 18v.1"/>',
  ),
  fail: trusted('<circle cx="12" cy="12" r="11.2"/><path class="in" d="m7.8 7.8 8.4 8.4m0-8.4-8.4 8.4"/>'),
  live: trusted('<circle cx="12" cy="12" r="11.2"/><path class="in" d="M9.5 7.2v9.6l7.6-4.8z"/>'),
  none: trusted(
    '<path fill-rule="evenodd" d="M12 .8a11.2 11.2 0 1 1 0 22.4 11.2 11.2 0 0 1 0-22.4zm0 2.4a8.8 8.8 0 1 0 0 17.6 8.8 8.8 0 0 0 0-17.6zM7 10.8h10v2.4H7z"/>',
  ),
};

/** The sign before a status word; the word beside it says the same to those who do not see it. */
export function sign(tone: Tone): Html {
  return html`<svg class="sign ${tone}" viewBox="0 0 24 24" aria-hidden="true">${SHAPES[tone]}</svg
    ><span class="hidden" aria-hidden="true">${SIGNS[tone]}</span>`;
}

/** A list of names and values; nothing when it is empty. */
export function rows(pairs: readonly (readonly [Part, Part])[], className = "rows"): Html | undefined {
  if (pairs.length === 0) return undefined;
  const items = pairs.map(
    ([name, value]) =>
      html`<dt>${name}</dt>
        <dd>${value}</dd>`,
  );
  // Each pair of a grid of tiles stays together.
  return className === "rows"
    ? html`<dl class="rows">${items}</dl>`
    : html`<dl class="${className}">${items.map((item) => html`<div>${item}</div>`)}</dl>`;
}

/** A section with a heading; nothing when it has no content. */
export function section(title: string, content: Part, id?: string): Html | undefined {
  const name = id === undefined ? undefined : html` id="${id}" class="now"`;
  return content === undefined || content === false
    ? undefined
    : html`<section${name}>
        <h2>${title}</h2>
        ${content}
      </section>`;
}
