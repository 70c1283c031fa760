/** A runbook of docs/runbooks/ as a page: Markdown in, the same frame and policy as every other page out. */
import { Marked } from "marked";
import { escapeHtml, html, trusted, type Html } from "./html.ts";
import { page } from "./page.ts";

/** Markdown may hold markup, pictures and any link; of these a runbook keeps text, and links that lead somewhere. */
const markdown = new Marked({
  renderer: {
    html: ({ text }) => escapeHtml(text),
    image: ({ text }) => escapeHtml(text),
    link({ href, tokens }) {
      const text = this.parser.parseInline(tokens);
      return leadsSomewhere(href) ? `<a href="${escapeHtml(href)}">${text}</a>` : text;
    },
  },
});

/** To another runbook beside this one, to a part of this one, or to the outside. */
function leadsSomewhere(href: string): boolean {
  return /^(?:[A-Za-z0-9-]+\.md)?(?:#[\w-]+)?$/.test(href) || /^https?:\/\//.test(href);
}

/** `text` is the runbook's Markdown; its first heading becomes the title. */
export function runbookPage(text: string): Html {
  const title = /^# +(.+)$/m.exec(text)?.[1]?.trim() ?? "Runbook";
  return page({
    title,
    body: [
      html`<div class="brand">
        <span>Chatbench</span><span><a href="README.md">All runbooks</a></span>
      </div>`,
      html`<article class="text">${trusted(markdown.parse(text, { async: false }))}</article>`,
    ],
    footer: "From docs/runbooks of Chatbench.",
  });
}
