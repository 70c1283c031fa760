import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { NOT_JUDGED } from "../model/reason.ts";

const ROOT = join(import.meta.dirname, "../..");
const runbook = readFileSync(join(ROOT, "docs/runbooks/run-invalid.md"), "utf8");
/** These end as a failure or an error. */
const ELSEWHERE = ["target_failed", "aborted_by_script", "no_summary"];

it.each(NOT_JUDGED)("%s is explained where the alert on runs that cannot be judged leads", (code) => {
  expect(runbook).toContain(`\`${code}\``);
});

it("so is each reason that judging gives", () => {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".ts") && !name.includes(".test."));
  const text = files.map((name) => readFileSync(join(import.meta.dirname, name), "utf8")).join("\n");
  const given = new Set([...text.matchAll(/\breason\(\s*"([a-z_]+)"/g)].map(([, code]) => code ?? ""));
  expect(given.size).toBeGreaterThan(10);
  const unexplained = [...given].filter((code) => !ELSEWHERE.includes(code) && !runbook.includes(`\`${code}\``));
  expect(unexplained).toEqual([]);
});
