import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { PromptSource, PromptSpec, Scenario } from "../../src/model/index.ts";
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
        ...{ script, baseUrl: server.url, scenario, load: steady(users, 2, 1) },
        params: { think_time_seconds: 0.05, ...params },
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
    const { workload, verdict, reason } = ran.stored!;
    expect([verdict, reason]).toEqual(["pass", null]);
    expect(workload?.prompts).toMatchObject({
      ...{ source: "generated", seed: 3, repeat: "zipf 1", conversations: 400, distinct: 40 },
      turns: { min: 1, mean: 1, max: 1 },
      prompt_tokens: { min: 5, max: 9 },
      prefixes: { count: 2, tokens: 30 },
    });
    expect(workload?.cache).toMatchObject({ declared: "as_is", result: "not_declared" });
    const { begun, cache } = ran.stored!.trials[0]!.facts!.answers!;
    expect(begun.warmup + begun.judged).toBe(one.asked.length);
    // One user, an exact cache that keeps everything: what was possible is what was.
    expect(workload?.possible?.cache_hit_possible).toBeCloseTo(cache.hits / cache.told, 1);
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
});
