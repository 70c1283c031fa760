import { copyFile, cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startDemo } from "../../demo/demo.ts";
import type { Demo } from "../../demo/demo.ts";
import { readSettings } from "../../demo/settings.ts";
import type { PromptSpec } from "../../src/model/index.ts";
import { contributingDiffs, gitApply } from "../support/contributing.ts";
import { ROOT, steady } from "../support/k6.ts";
import { plainK6 } from "../support/plain-k6.ts";
import { benchmark } from "../support/run.ts";
import { startServer, type TestServer } from "../support/server.ts";

const LOAD_TESTS = join(ROOT, "load_tests");

describe("scripts of a user and for other ways in", () => {
  const place: { folder?: string } = {};
  const open: (Demo | TestServer)[] = [];
  beforeAll(async () => {
    place.folder = await mkdtemp(join(tmpdir(), "chatbench-own-"));
  });
  afterEach(async () => {
    for (const server of open.splice(0)) await server.close();
  });
  afterAll(() => rm(place.folder!, { recursive: true, force: true }));

  async function demo(): Promise<Demo> {
    const asked = readSettings(["--chatbot-port", "0", "--provider-port", "0", "--first-token-ms", "1"], {});
    if (asked.kind !== "start") throw new Error("bad flags");
    const started = await startDemo(asked.settings, () => undefined);
    open.push(started);
    return started;
  }

  it("the template works as it is, by plain k6 and by Chatbench", async () => {
    const script = join(LOAD_TESTS, "template.ts");
    expect((await readFile(script, "utf8")).trimEnd().split("\n").length).toBeLessThanOrEqual(30);
    const started = await demo();
    const env = { CHATBENCH_TARGET_URL: started.chatbotUrl, CHATBENCH_PARAMS: '{"think_time_seconds":0}' };
    const { code, metrics } = await plainK6(script, place.folder!, { env, flags: ["-u", "2", "-i", "6"] });
    expect([code, started.chatbotStats().answered]).toEqual([0, 18]);
    expect(metrics.checks).toMatchObject({ passes: 18, fails: 0 });
    const input = { script, baseUrl: started.chatbotUrl, load: steady(20, 2), params: { think_time_seconds: 0.05 } };
    await benchmark({ ...input, scenario: { cache: "cold" } }, ({ stored }) => {
      expect(stored).toMatchObject({ state: "finished", workload: { cache: { declared: "cold" } } });
      expect(stored?.measurements.error_rate?.value).toBe(0);
      expect(stored?.trials[0]?.facts?.answers?.usage.told).toBe(stored?.measurements.requests?.value);
    });
  });

  it("the three changes that CONTRIBUTING shows are all that another chatbot needs", async () => {
    const copied = join(place.folder!, "load_tests");
    await cp(join(LOAD_TESTS, "lib"), join(copied, "lib"), { recursive: true });
    await copyFile(join(LOAD_TESTS, "template.ts"), join(copied, "template.ts"));
    expect(gitApply(contributingDiffs().get("Add an own script") ?? "", place.folder!)).toBe("");
    const server = await startServer((request, response) => {
      const asked = JSON.parse(request.body) as { session?: string; text?: string };
      const good = request.path === "/v2/ask" && asked.session !== undefined && asked.text !== undefined;
      response.writeHead(good ? 200 : 400).end('{"answer":"yes"}');
    });
    open.push(server);
    const env = { CHATBENCH_TARGET_URL: server.url, CHATBENCH_PARAMS: '{"think_time_seconds":0}' };
    const { metrics } = await plainK6(join(copied, "my_bot.ts"), place.folder!, { env, flags: ["-i", "2"] });
    expect(metrics.checks).toMatchObject({ passes: 6, fails: 0 });
  });

  it("k6_openai_test.ts works by plain k6, counts what it is told of usage, and says in one sentence what is wrong", async () => {
    const script = join(LOAD_TESTS, "k6_openai_test.ts");
    const started = await demo();
    const good = await plainK6(script, place.folder!, {
      env: { CHATBENCH_TARGET_URL: started.chatbotUrl, CHATBENCH_PARAMS: '{"think_time_seconds":0,"model":"m"}' },
      flags: ["-i", "3"],
    });
    expect(good.code).toBe(0);
    expect(good.metrics.checks).toMatchObject({ passes: 9, fails: 0 });
    expect(good.metrics.chatbench_usage_told?.count).toBe(9);
    expect(started.chatbotStats()).toMatchObject({ requests: 9, answered: 9 });
    const html = await startServer((_request, response) => {
      response.setHeader("content-type", "text/html");
      response.end("<html>welcome</html>");
    });
    open.push(html);
    const bad = await plainK6(script, place.folder!, {
      env: { CHATBENCH_TARGET_URL: html.url, CHATBENCH_PARAMS: '{"think_time_seconds":0}' },
      flags: ["-i", "2"],
    });
    expect(bad.metrics.checks).toMatchObject({ passes: 0, fails: 6 });
    expect(bad.output).toContain("An answer failed: status 200 with text/html that is no JSON object.");
  });

  it("a prompt set and `turns` of the script contradict each other, and that is said before any load", async () => {
    const source = { kind: "generated", spec: LIST } as const;
    const script = join(LOAD_TESTS, "k6_api_test.ts");
    await benchmark(
      { script, load: steady(1, 1), params: { turns: 2 }, scenario: { prompts: source } },
      ({ stored }) => {
        expect(stored).toMatchObject({ state: "error", reason: { code: "script_broken" } });
        expect(stored?.reason?.text).toContain("`turns` is decided by `prompts` of this scenario");
      },
    );
  });
});

const LIST: PromptSpec = {
  ...{ seed: 1, count: 10, distinct: 5, repeat: { kind: "in_turn" }, prefixes: { count: 0, tokens: 0 } },
  turns: { kind: "constant", value: 1 },
  promptTokens: { kind: "constant", value: 5 },
  outputTokens: { kind: "constant", value: 8 },
};
