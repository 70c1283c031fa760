import { expect, it } from "vitest";
import type { Resources } from "../model/index.ts";
import { record } from "../../test/support/exporter-facts.ts";
import { collectorsOf } from "./exporter-facts.ts";
import { createHistory } from "./history.ts";

const resources = (collectors: Resources["collectors"]): Resources => ({ collectors, values: {}, restarted: [] });

it("46: each source of a target stands as its newest run left it, whatever scenario that was", () => {
  const history = createHistory();
  const well = resources([{ name: "postgres", reads: 60, failures: 0 }]);
  const away = resources([
    { name: "postgres", reads: 40, failures: 20, problem: "PostgreSQL cannot be read." },
    { name: "redis", reads: 60, failures: 2 },
    { name: "process", reads: 0, failures: 0 },
  ]);
  history.note(record({ id: "20261123T020000Z-chat-api-aaaa", resources: well }));
  history.note(record({ id: "20261124T020000Z-smoke-aaaa", scenario: "smoke", resources: away }));
  history.note(record({ id: "20261125T020000Z-other-aaaa", scenario: "other", target: "elsewhere", resources: well }));
  expect(collectorsOf(history, ["chatbot", "unwatched"])).toEqual([
    { name: "postgres", target: "chatbot", ok: false },
    { name: "redis", target: "chatbot", ok: true },
    { name: "process", target: "chatbot", ok: false },
  ]);
});
