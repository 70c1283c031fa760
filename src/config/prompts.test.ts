import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { formatDiagnostic, type Scenario } from "../model/index.ts";
import * as files from "../platform/files.ts";
import { parseConfig } from "./index.ts";

const at = { file: "", folder: "" };

beforeAll(async () => {
  const [folder, other] = [
    await files.makeTemporaryFolder("chatbench-a-"),
    await files.makeTemporaryFolder("chatbench-b-"),
  ];
  for (const name of ["load_tests", "prompts"]) await mkdir(join(folder, name));
  await files.writeFileAtomic(join(folder, "load_tests/a.ts"), "export default function () {}");
  await files.writeFileAtomic(join(folder, "prompts/good.jsonl"), '"hello"\n{"turns":["a","b"],"system":"x"}\n');
  await files.writeFileAtomic(join(folder, "prompts/bad.jsonl"), '"hello"\n{"prompt": 3}\n\nnope\n');
  await files.writeFileAtomic(join(folder, "prompts/long.jsonl"), "x\n".repeat(50));
  await files.writeFileAtomic(join(other, "secret.jsonl"), '"hello"\n');
  await symlink(join(other, "secret.jsonl"), join(folder, "prompts/link.jsonl"));
  Object.assign(at, { file: join(folder, "chatbench.yml"), folder });
});

async function load(keys: string): Promise<Scenario | undefined | readonly string[]> {
  const text = `targets: { bot: { base_url: http://127.0.0.1:1 } }\nscenarios:\n  one: { script: load_tests/a.ts, target: bot, pattern: smoke,\n    ${keys} }\n`;
  const result = await parseConfig(text, at.file, { files, environment: {} });
  if ("problems" in result)
    return result.problems.map((problem) => formatDiagnostic(problem).replace(/^.*chatbench\.yml:/, ""));
  return result.config.scenarios.one;
}

it("is a generated list with all that is not said filled in", async () => {
  expect(
    await load("prompts: { distinct: 20, repeat: { zipf: 1.1 }, prompt_tokens: { min: 5, max: 9 } }, cache: cold"),
  ).toMatchObject({
    prompts: {
      kind: "generated",
      spec: {
        ...{ seed: 1, count: 10_000, distinct: 20, repeat: { kind: "zipf", exponent: 1.1 } },
        prefixes: { count: 0, tokens: 0 },
        turns: { kind: "constant", value: 1 },
        promptTokens: { kind: "uniform", min: 5, max: 9 },
        outputTokens: { kind: "constant", value: 128 },
      },
    },
    cache: "cold",
  });
});

it("is a file of the configuration's folder, sent once in turn unless more is asked for", async () => {
  const path = join(at.folder, "prompts/good.jsonl");
  const plain = {
    kind: "file",
    path: expect.stringContaining("good.jsonl") as string,
    seed: 1,
    repeat: { kind: "in_turn" },
  };
  expect(await load("prompts: { file: prompts/good.jsonl }")).toHaveProperty("prompts", plain);
  expect(path).toContain("good.jsonl");
  const uniform = { ...plain, seed: 7, repeat: { kind: "uniform" }, count: 10_000 };
  expect(await load("prompts: { file: prompts/good.jsonl, repeat: uniform, seed: 7 }")).toHaveProperty(
    "prompts",
    uniform,
  );
});

it("names every malformed line, and twenty of many", async () => {
  expect(await load("prompts: { file: prompts/bad.jsonl }")).toEqual([
    '4:22: error: scenarios.one.prompts.file: prompts/bad.jsonl:2: "prompt" must be a text that is not blank',
    "4:22: error: scenarios.one.prompts.file: prompts/bad.jsonl:4: this is not JSON; each line is one JSON value",
  ]);
  const many = (await load("prompts: { file: prompts/long.jsonl }")) as readonly string[];
  expect(many).toHaveLength(21);
  expect(many[20]).toContain("and 30 more lines that are no prompts");
});

it.each([
  ["prompts: { file: ../b.jsonl }", "lies outside this file's folder: move it there"],
  ["prompts: { file: /etc/passwd }", "lies outside this file's folder: move it there"],
  ["prompts: { file: prompts/link.jsonl }", "lies outside this file's folder: move it there"],
  ["prompts: { file: prompts/none.jsonl }", 'the prompt file "prompts/none.jsonl" does not exist'],
  ["prompts: { file: prompts }", 'the prompt file "prompts" cannot be read: is it a file that you may read?'],
  ["prompts: { file: prompts/good.jsonl, turns: 3 }", "prompts.turns: the prompts of a file are as they are"],
  ["prompts: {}", "prompts: say how many `distinct` prompts there are, or name a `file`"],
  ["prompts: { distinct: 300, prompt_tokens: 1 }", "prompts: prompt_tokens must be a whole number from 2"],
  ["prompts: { distinct: 9000000, prompt_tokens: 500 }", "would be about 4500 million tokens; at most 20 million"],
  ["prompts: { distinct: 3, repeat: zip }", 'unknown repeat "zip"'],
  ["prompts: { distinct: 3, repeat: { zipf: 0 } }", "repeat.zipf must be a number above 0"],
  ["prompts: { distinct: 3, promt_tokens: 4 }", 'did you mean "prompt_tokens"?'],
  ["cache: cool", 'unknown cache state "cool"'],
  ["cache: primed", "a primed cache needs prompts: only of a list is it known what to send before"],
])("refuses %s", async (keys, problem) => {
  expect(await load(keys)).toEqual([expect.stringContaining(problem)]);
});
