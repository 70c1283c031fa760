import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { DEFAULT_MESSAGES } from "../../../load_tests/lib/messages.ts";
import type { Scenario } from "../../model/index.ts";
import { readFacts } from "./facts.ts";
import { outcomeOf, type LocustEnding } from "./outcome.ts";
import { locustPlan } from "./plan.ts";

const SCENARIO: Scenario = {
  ...{
    name: "api",
    script: "/load_tests/api_test.py",
    engine: "locust",
    objectives: [],
    params: {},
    env: {},
    secrets: {},
  },
  target: { name: "bot", baseUrl: "http://127.0.0.1:8000" },
  load: { pattern: "spike", users: 9, warmup: { seconds: 2, users: 1 }, stages: [{ seconds: 5, users: 9 }] },
};
const FILES = { facts: "/run/facts.json", timeline: "/run/timeline.ndjson" };

it("the plan is the load, the window and the quantiles that k6's facts have too", () => {
  const planned = locustPlan(SCENARIO, FILES);
  if ("problem" in planned) throw new Error(planned.problem.text);
  expect(planned.plan).toMatchObject({
    judged_seconds: 5,
    stop_seconds: 65,
    warmup: { seconds: 2 },
    course: {
      begin: 1,
      stages: [
        { seconds: 1, users: 1 },
        { seconds: 1, users: 1 },
        { seconds: 5, users: 9 },
      ],
    },
    ...FILES,
  });
  expect(planned.plan.grid).toEqual(expect.arrayContaining([0, 0.5, 0.95, 0.99, 1]));
});

it.each([
  [{ traffic: "stream" }, "the traffic stream"],
  [{ cache: "primed" }, "the cache state primed"],
  [{ objectives: [{ measurement: "ttft_p95", comparator: "<", limit: 1, condition: "< 1s" }] }, "ttft_p95"],
  [{ objectives: [{ measurement: "k6.checks.rate", comparator: ">", limit: 1, condition: "> 1" }] }, "k6.checks.rate"],
] as const)("what Locust cannot do is no plan: %j", (wish, named) => {
  const planned = locustPlan({ ...SCENARIO, ...wish }, FILES);
  expect(planned).toMatchObject({ problem: { code: "engine_configuration" } });
  expect("problem" in planned && planned.problem.text).toContain(named);
});

it("facts that are not whole, or not numbers, are none", () => {
  expect(readFacts('{"began": tr', 5)).toMatchObject({ problem: { code: "bad_summary" } });
  expect(readFacts('{"began": true}', 5)).toMatchObject({ problem: { code: "bad_summary" } });
  expect(readFacts('{"problem": "it defines no user"}', 5)).toMatchObject({ problem: { code: "script_broken" } });
});

it.each<[string, Partial<LocustEnding>, string]>([
  ["its plan through", { code: 0, ended: "plan" }, "completed"],
  ["left by its script", { code: 0, ended: "script" }, "aborted_by_script"],
  ["ended by a stranger's TERM", { code: 0, ended: "signal" }, "aborted_by_person"],
  ["with a listener that threw", { code: 2, ended: "plan" }, "script_broken"],
  ["with an exit code of its script", { code: 1, ended: "plan" }, "marked_failed"],
  ["with an exit code of nobody", { code: 1 }, "engine_exit_unknown"],
  ["killed", { code: null, signal: "SIGKILL" }, "killed"],
  ["killed for lack of memory", { code: null, signal: "SIGKILL", outOfMemory: true }, "out_of_memory"],
  ["too late", { code: 0, ended: "signal", cause: { kind: "timeout", afterSeconds: 9 } }, "timeout"],
  ["stopped by the daemon's end", { cause: { kind: "stopped", by: "shutdown" } }, "aborted_by_shutdown"],
])("a Locust %s is told as such", (_, ending, code) => {
  const outcome = outcomeOf({ code: null, signal: null, cause: { kind: "none" }, outOfMemory: false, ...ending });
  expect(outcome.kind === "completed" ? "completed" : outcome.reason.code).toBe(code);
});

it("its users say what those of k6 say", () => {
  const text = readFileSync(new URL("../../../load_tests/locust/chat_messages.py", import.meta.url), "utf8");
  const lines = [...text.matchAll(/^ {4}(".*"),$/gm)].map(([, line]) => JSON.parse(line ?? "") as string);
  expect(lines).toEqual(DEFAULT_MESSAGES);
});
