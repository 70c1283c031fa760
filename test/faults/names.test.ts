import fc from "fast-check";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requestsQuery } from "../../src/collect/prometheus.ts";
import { loadConfig } from "../../src/config/index.ts";
import { isRunId, NAME_PATTERN, type RunId } from "../../src/model/index.ts";
import * as files from "../../src/platform/files.ts";

// Names become labels, selectors, file names and ids: what could close a quote or a selector is refused at the gate.
const HOSTILE = ['chat"} or up{job=~".+', "chat\\", "chat\nup", "chat{}", "chat'", "../chat", "chat,trigger", "${x}"];

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "chatbench-names-"));
  await mkdir(join(folder, "load_tests"));
  await writeFile(join(folder, "load_tests/chat.js"), "export default function () {}");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function problemsOf(target: string, scenario: string): Promise<readonly string[]> {
  const path = join(folder, "chatbench.yml");
  const config = {
    targets: { [target]: { base_url: "http://127.0.0.1:8000" } },
    scenarios: { [scenario]: { script: "load_tests/chat.js", target, pattern: "smoke" } },
  };
  await writeFile(path, JSON.stringify(config)); // JSON is YAML
  const loaded = await loadConfig(path, { files, environment: {} });
  return "problems" in loaded ? loaded.problems.map(({ message }) => message) : [];
}

describe("63: no name carries PromQL", () => {
  it.each(HOSTILE)("a scenario or target called %j is refused", async (name) => {
    expect(await problemsOf("bot", "chat")).toEqual([]);
    expect((await problemsOf("bot", name)).join("\n")).toContain("lower-case letters, digits and -");
    expect((await problemsOf(name, "chat")).join("\n")).toContain("lower-case letters, digits and -");
  });

  it("a query is only ever made of a run id, and no text that is none becomes one", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!isRunId(text));
        expect(() => requestsQuery(text as RunId, Date.parse("2026-11-23T02:00:00Z"))).toThrow("not a run id");
      }),
    );
    const query = requestsQuery("20261123T020000Z-chat-api-4k7q" as RunId, Date.parse("2026-11-23T03:00:00Z"));
    expect(query).toContain('testid="20261123T020000Z-chat-api-4k7q"');
  });

  it("whatever passes as a name needs no escaping in a selector", () => {
    fc.assert(
      fc.property(fc.stringMatching(NAME_PATTERN), (name) => {
        expect(name).toMatch(/^[a-z0-9-]+$/);
      }),
    );
  });
});
