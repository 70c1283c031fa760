import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runbookPage } from "./runbook-page.ts";

const FOLDER = join(import.meta.dirname, "../../docs/runbooks");
const of = (text: string): string => runbookPage(text).markup;

describe("the page of a runbook", () => {
  it.each(readdirSync(FOLDER))("shows %s whole, and leads nowhere that is not served", (name) => {
    const text = readFileSync(join(FOLDER, name), "utf8");
    const markup = of(text);
    expect(markup).toContain(`<title>${/^# (.+)$/m.exec(text)?.[1] ?? "no title"}</title>`);
    expect(markup.match(/<h2>/g) ?? []).toHaveLength(text.match(/^## /gm)?.length ?? 0);
    const links = [...markup.matchAll(/href="([^"]+)"/g)].map(([, href = ""]) => href);
    const own = links.filter((href) => !href.startsWith("http"));
    expect(own.filter((href) => !readdirSync(FOLDER).includes(href.split("#")[0] ?? ""))).toEqual([]);
  });

  it.each([
    ["<script>alert(1)</script>", "&lt;script&gt;"],
    ["text <img src=x onerror=alert(1)> text", "&lt;img"],
    ["# <b>Title</b>", "<title>&lt;b&gt;Title"],
    ["`<script>`", "&lt;script&gt;"],
    ["[x](javascript:alert(1))", "<p>x</p>"],
    ["[x](../configuration.md)", "<p>x</p>"],
    ["![x](http://elsewhere.example/a.png)", "<p>x</p>"],
    ['[x](http://e.example/"onclick="1)', "&quot;"],
  ])("keeps %s as text", (text, expected) => {
    const body = /<article[\s\S]*<\/article>/.exec(of(text))?.[0] ?? "";
    expect(of(text).replaceAll("%22", "&quot;")).toContain(expected);
    expect(body).not.toMatch(/<script|<img|<b>|javascript:|" ?onclick=/);
  });

  it("allows itself nothing but its style", () => {
    expect(of("# T")).toMatch(
      /content="default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'"/,
    );
  });
});
