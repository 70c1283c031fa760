import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { PromptSource, PromptSpec, RunRecord, Scenario } from "../../src/model/index.ts";
import { ROOT, steady } from "../support/k6.ts";
import { benchmark, type Ran } from "../support/run.ts";
import { startServer, type Handler, type TestServer } from "../support/server.ts";

const CHAT = join(ROOT, "load_tests/k6_api_test.ts");
const OPENAI = join(ROOT, "load_tests/k6_openai_test.ts");
const LIST: PromptSpec = {
  ...{ seed: 3, count: 400, distinct: 40, repeat: { kind: "zipf", exponent: 1 } },
  prefixes: { count: 2, tokens: 30 },
  turns: { kind: "constant", value: 1 },
  promptTokens: { kind: "uniform", min: 5, max: 9 },
  outputTokens: { kind: "constant", value: 32 },
};
const generated = (changes: Partial<PromptSpec> = {}): PromptSource => ({
  kind: "generated",
  spec: { ...LIST, ...changes },
});

/** Remembers what it was asked, and tells whether it knew it. */
class Chatbot {
  readonly asked: string[] = [];
  readonly known = new Set<string>();
  tells = true;
  keeps = true;

  readonly handler: Handler = (request, response) => {
    const question = { ...(JSON.parse(request.body) as Record<string, unknown>), conversation_id: "any" };
    const text = JSON.stringify(question);
    const cached = this.known.has(text);
    this.asked.push(text);
    if (this.keeps) this.known.add(text);
    const usage = { prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: { cached_tokens: cached ? 8 : 0 } };
    const told = this.tells ? { cached, usage } : {};
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ reply: "yes", choices: [{ message: { content: "yes" } }], ...told }));
  };
}

/** What speaks against a run because of its prompts and caches; a busy machine may raise other doubts. */
function doubtsOf(record: RunRecord | undefined): readonly string[] {
  const codes = record?.trials[0]?.invalid.map(({ code }) => code) ?? ["no trial"];
  return codes.filter((code) => ["no trial", "cache_state_wrong", "prompts_unusable", "no_requests"].includes(code));
}

/** All that were asked were begun in time, but for one a user at the very end of the load. */
function expectAll(begun: { readonly warmup: number; readonly judged: number }, asked: number, users: number): void {
  const late = asked - begun.warmup - begun.judged;
  expect(late).toBeGreaterThanOrEqual(0);
  expect(late).toBeLessThanOrEqual(users);
}

describe("prompt sets on their way to the target", () => {
  const place: { folder?: string } = {};
  const open: TestServer[] = [];
  beforeAll(async () => {
    place.folder = await mkdtemp(join(tmpdir(), "chatbench-prompts-"));
  });
  afterEach(async () => {
    for (const server of open.splice(0)) await server.close();
  });
  afterAll(() => rm(place.folder!, { recursive: true, force: true }));

  async function run(
    chatbot: Chatbot,
    scenario: Pick<Scenario, "prompts" | "cache">,
    how: { readonly script?: string; readonly params?: Scenario["params"]; readonly users?: number } = {},
  ): Promise<Ran> {
    const server = await startServer(chatbot.handler);
    open.push(server);
    const { script = CHAT, params = {}, users = 2 } = how;
    return await benchmark(
      {
        ...{ script, baseUrl: server.url, scenario, load: steady(users, 1, 1) },
        params: { think_time_seconds: 0.02, ...params },
      },
      (ran) => ran,
    );
  }

  it("are sent in the order of the list, the same in each run of a seed; what they allowed stands in the record", async () => {
    const [one, two] = [new Chatbot(), new Chatbot()];
    const ran = await run(one, { prompts: generated() }, { users: 1 });
    await run(two, { prompts: generated() }, { users: 1 });
    const common = Math.min(one.asked.length, two.asked.length);
    expect(common).toBeGreaterThan(20);
    expect(one.asked.slice(0, common)).toEqual(two.asked.slice(0, common));
    const { workload } = ran.stored!;
    expect(doubtsOf(ran.stored)).toEqual([]);
    expect(workload?.prompts).toMatchObject({
      ...{ source: "generated", seed: 3, repeat: "zipf 1", conversations: 400, distinct: 40 },
      turns: { min: 1, mean: 1, max: 1 },
      prompt_tokens: { min: 5, max: 9 },
      prefixes: { count: 2, tokens: 30 },
    });
    expect(workload?.cache).toMatchObject({ declared: "as_is", result: "not_declared" });
    const { begun, cache } = ran.stored!.trials[0]!.facts!.answers!;
    expectAll(begun, one.asked.length, 1);
    // One user, an exact cache that keeps everything: what was possible is what was.
    const possible = workload!.possible!.cache_hit_possible;
    expect(Math.abs(possible - cache.hits / cache.told)).toBeLessThanOrEqual(2 / cache.told);
    expect(workload?.possible?.requests).toBe(begun.judged);
  });

  it("come from an own file, whose hash stands in the record; OpenAI's form gets its system prompt and max_tokens", async () => {
    const path = join(place.folder!, "own.jsonl");
    await writeFile(path, '{"prompt":"hello","system":"be kind","max_tokens":7}\n"bye"\n');
    const chatbot = new Chatbot();
    const source: PromptSource = { kind: "file", path, seed: 1, repeat: { kind: "in_turn" } };
    const ran = await run(chatbot, { prompts: source }, { script: OPENAI, users: 1, params: { model: "m1" } });
    expect(chatbot.asked.slice(0, 2).map((text) => JSON.parse(text) as unknown)).toEqual([
      {
        conversation_id: "any",
        model: "m1",
        messages: [
          { role: "system", content: "be kind" },
          { role: "user", content: "hello" },
        ],
        max_tokens: 7,
      },
      { conversation_id: "any", model: "m1", messages: [{ role: "user", content: "bye" }] },
    ]);
    expect(ran.stored!.workload?.prompts).toMatchObject({ source: "file", file: path, conversations: 2, distinct: 2 });
    expect(ran.stored!.workload?.prompts?.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it("find a cold cache by words of their own; one that knew even these is told as wrong", async () => {
    const chatbot = new Chatbot();
    const noRepeats = generated({ distinct: 400, repeat: { kind: "in_turn" } });
    const one = (await run(chatbot, { prompts: noRepeats, cache: "cold" })).stored;
    expect(one?.workload?.cache).toMatchObject({ declared: "cold", result: "verified" });
    expect([doubtsOf(one), one?.workload?.possible?.cache_hit_possible]).toEqual([[], 0]);
    expect(chatbot.asked.every((text) => text.includes("[20261123T020000Z4k7q] "))).toBe(true);
    // Runs of these tests all have one id, so the second meets what the first has said.
    const two = (await run(chatbot, { prompts: noRepeats, cache: "cold" })).stored;
    expect([two?.verdict, doubtsOf(two)]).toEqual(["invalid", ["cache_state_wrong"]]);
    expect(two?.workload?.cache.result).toBe("wrong");
  });

  it("are said once before the load, where the cache is to be primed; a chatbot that keeps nothing is found out", async () => {
    const chatbot = new Chatbot();
    const { stored } = await run(chatbot, { prompts: generated(), cache: "primed" });
    expect(new Set(chatbot.asked.slice(0, 40)).size).toBe(40);
    expect([doubtsOf(stored), stored?.workload?.cache.result]).toEqual([[], "verified"]);
    const { begun } = stored!.trials[0]!.facts!.answers!;
    expectAll(begun, chatbot.asked.length - 40, 2);
    expect(stored?.workload?.possible?.cache_hit_possible).toBe(1);
    const forgetful = new Chatbot();
    forgetful.keeps = false;
    const unprimed = (await run(forgetful, { prompts: generated(), cache: "primed" })).stored;
    expect([unprimed?.verdict, doubtsOf(unprimed)]).toEqual(["invalid", ["cache_state_wrong"]]);
  });

  it("are not claimed to be cold where the answers do not tell", async () => {
    const silent = new Chatbot();
    silent.tells = false;
    const { stored } = await run(silent, { prompts: generated(), cache: "cold" });
    expect([doubtsOf(stored), stored?.workload?.cache.result]).toEqual([[], "not_verified"]);
  });

  it("end a run as an error that names file and line, when they became malformed since the configuration was read", async () => {
    const path = join(place.folder!, "broken.jsonl");
    await writeFile(path, '"hello"\nbye\n');
    const source: PromptSource = { kind: "file", path, seed: 1, repeat: { kind: "in_turn" } };
    const { stored } = await run(new Chatbot(), { prompts: source });
    const text = `The prompts cannot be used: ${path}:2: this is not JSON; each line is one JSON value.`;
    expect(stored).toMatchObject({ state: "error", verdict: null, reason: { code: "prompts_unusable", text } });
  });
});
