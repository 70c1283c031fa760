import { expect, it } from "vitest";
import type { RunRecord, WorkloadRecord } from "../model/index.ts";
import { workloadSection } from "./workload.ts";

const WORKLOAD: WorkloadRecord = {
  prompts: {
    ...{ source: "file", file: "/bench/<my>.jsonl", sha256: "0123456789abcdef", seed: 1, repeat: "zipf 1.1" },
    ...{ conversations: 10_000, distinct: 200, prefixes: { count: 2, tokens: 30 } },
    turns: { min: 1, mean: 1, max: 1 },
    prompt_tokens: { min: 5, mean: 7.25, max: 9 },
  },
  possible: { conversations: 500, requests: 500, cache_hit_possible: 0.62, prefix_reuse_possible: 0.7 },
  cache: { declared: "cold", result: "verified", text: "Declared cold, and so it was." },
};

const shown = (workload: WorkloadRecord): string => workloadSection({ workload } as RunRecord)?.markup ?? "";

it("says what was said, what a cache could know of it, and what it knew", () => {
  const text = shown(WORKLOAD).replaceAll(/\s+/g, " ");
  expect(text).toContain("/bench/&lt;my&gt;.jsonl (sha256 0123456789ab): 10,000 conversations, 200 of them different");
  expect(text).toContain("some more often than others (zipf 1.1)");
  expect(text).toContain(
    "1 message a conversation, 5 to 9 (mean 7.3) tokens a message; 2 shared beginnings of up to 30",
  );
  expect(text).toContain("a cache of answers that forgets nothing could have given 62 %");
  expect(text).toMatch(/✅<\/span> ?Declared cold, and so it was\./);
});

it("says no more than the record does", () => {
  expect(workloadSection({} as RunRecord)).toBeUndefined();
  const { cache } = WORKLOAD;
  expect(shown({ cache: { ...cache, result: "not_verified", text: "Not verified." } })).not.toContain("Possible");
});
