import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { placeDashboard } from "./dashboards.ts";

const FOLDER = join(import.meta.dirname, "../../grafana/dashboards");
const shipped = readdirSync(FOLDER).map((name) => readFileSync(join(FOLDER, name), "utf8"));

interface Dashboard {
  readonly templating: { readonly list: readonly { readonly type: string; readonly name: string; query: unknown }[] };
}
const addressesIn = (text: string): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    (JSON.parse(text) as Dashboard).templating.list.flatMap(({ type, name, query }) =>
      type === "constant" ? [[name, query]] : [],
    ),
  );

it("every dashboard leads to this installation, and is otherwise as it was", () => {
  const links = { chatbench: "https://bench.example/chat/", runbooks: "https://wiki.example/runbooks" };
  expect(shipped.length).toBeGreaterThan(6);
  for (const text of shipped) {
    const placed = placeDashboard(text, links);
    expect(addressesIn(placed)).toEqual({
      chatbench: "https://bench.example/chat",
      runbooks: "https://wiki.example/runbooks",
    });
    expect(placed).not.toContain("127.0.0.1");
    const back = placeDashboard(placed, {
      chatbench: "http://127.0.0.1:8640",
      runbooks: "http://127.0.0.1:8640/runbooks",
    });
    expect(back).toBe(text);
  }
});

it("runbooks are the daemon's where they are nowhere else, and what is not configured stays", () => {
  const [text = ""] = shipped;
  expect(addressesIn(placeDashboard(text, { chatbench: "https://b.example" }))).toEqual({
    chatbench: "https://b.example",
    runbooks: "https://b.example/runbooks",
  });
  expect(placeDashboard(text, { grafana: "https://g.example" })).toBe(text);
});

it("gives back what is not JSON", () => {
  expect(placeDashboard("{", { chatbench: "https://b.example" })).toBe("{");
});
