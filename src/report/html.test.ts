import fc from "fast-check";
import { expect, it } from "vitest";
import { html } from "./html.ts";

it("escapes what is no Html and keeps what is", () => {
  const inner = html`<b>${"a < b"}</b>`;
  expect(html`<p title="${'"x"'}">${inner}${[1, inner]}${undefined}${false}</p>`.markup).toBe(
    '<p title="&quot;x&quot;"><b>a &lt; b</b>1<b>a &lt; b</b></p>',
  );
});

it("lets no text from outside open a tag, close an attribute or begin an entity", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const { markup } = html`<p title="${text}">${text}</p>`;
      const inside = markup.slice('<p title="'.length, -"</p>".length);
      expect(inside.replace('">', "").replaceAll(/&(amp|lt|gt|quot|#39);/g, "")).not.toMatch(/[<>"'&]/);
    }),
  );
});

it("is not fooled by an object that only looks like Html because it came from JSON", () => {
  const fromDisk = JSON.parse('{"markup":"<script>"}') as string;
  expect(html`${fromDisk}`.markup).toBe("[object Object]");
  expect(html`${["<script>"]}`.markup).toBe("&lt;script&gt;");
});
