// Ways in which a script gives no or bad data: the verdict is never `pass` or `warning`, and the reason is named.
import { afterAll, beforeAll, test } from "vitest";
import { OWN, steady } from "../support/k6.ts";
import { broken, expectNoGoodVerdict, failed, invalid, type BadData } from "../support/no-data.ts";
import { objective } from "../support/run.ts";
import { answer, startServer, type TestServer } from "../support/server.ts";

const HEAD = `import http from "k6/http"; import { check, sleep } from "k6"; import exec from "k6/execution";
import { Counter, Rate, Trend } from "k6/metrics";
const get = () => http.get(__ENV.CHATBENCH_TARGET_URL);
`;
const iteration = (body: string, more = ""): string => `${HEAD}${more}\nexport default function () { ${body} }`;
const aborted = { state: "aborted", code: "aborted_by_script" } as const;
const THREE = `export const options = { iterations: 3, vus: 1 };`;
const UNUSED = `new Trend("never"); export const options = { thresholds: { never: ["p(95)<100"] } };`;
const TAGGED = `export const options = { thresholds: { "http_req_duration{page:none}": ["p(95)<100"] } };`;

const CASES: readonly BadData[] = [
  {
    name: "throws in its init code",
    script: `throw new Error("no");\n${iteration("get();")}`,
    ends: broken("script_broken"),
  },
  { name: "has a syntax error", script: iteration("get(;"), ends: broken("script_broken") },
  {
    name: "imports what does not exist",
    script: `import "./missing.js";\n${iteration("get();")}`,
    ends: broken("script_broken"),
  },
  {
    name: "opens a file that does not exist",
    script: iteration("get();", `const d = open("./missing.json");`),
    ends: broken("script_broken"),
  },
  { name: "exports no function for the load", script: `export const options = {};`, ends: broken("script_broken") },
  { name: "is empty", script: "", ends: broken("script_broken") },
  { name: "does not exist", script: "/nowhere/script.js", ends: broken("script_unreadable") },
  { name: "is a folder", script: "/tmp", ends: broken("script_unreadable") },
  {
    name: "has options that k6 refuses",
    script: iteration("get();", `export const options = { vus: "many", duration: 3 };`),
    load: OWN,
    ends: broken("engine_configuration"),
  },
  {
    name: "names an exec function that does not exist",
    script: iteration(
      "get();",
      `export const options = { scenarios: { a: { executor: "shared-iterations", exec: "nobody" } } };`,
    ),
    load: OWN,
    ends: broken("engine_configuration"),
  },
  {
    name: "throws in setup",
    script: iteration("get();", `export function setup() { throw new Error("no"); }`),
    ends: broken("script_broken"),
  },
  {
    name: "spends all its time in setup",
    script: iteration(
      "get();",
      `export const options = { setupTimeout: "1s" }; export function setup() { sleep(30); }`,
    ),
    ends: broken("setup_timeout"),
  },
  {
    name: "throws in teardown",
    script: iteration("get();", `export function teardown() { throw new Error("no"); }`),
    ends: broken("script_broken"),
  },
  {
    name: "never ends its teardown",
    script: iteration(
      "get();",
      `export const options = { teardownTimeout: "1s" }; export function teardown() { sleep(30); }`,
    ),
    ends: broken("teardown_timeout"),
  },
  {
    name: "throws in each iteration before any request",
    script: iteration(`sleep(0.05); throw new Error("no");`),
    ends: failed("target_failed"),
  },
  {
    name: "throws in each iteration after its request",
    script: iteration(`get(); throw new Error("no");`),
    ends: failed("target_failed"),
  },
  {
    name: "rejects in each iteration",
    script: HEAD + `export default async function () { get(); await Promise.reject(new Error("no")); }`,
    ends: failed("target_failed"),
  },
  {
    name: "throws in every second iteration",
    script: iteration(`get(); if (__ITER % 2) throw new Error("no");`),
    ends: failed("error_rate"),
  },
  {
    name: "throws in every second iteration before its request",
    script: iteration(`if (__ITER % 2) throw new Error("no"); get();`),
    ends: failed("error_rate"),
  },
  { name: "throws a string", script: iteration(`get(); throw "no";`), ends: failed("target_failed") },
  {
    name: "fails each check",
    script: iteration(`check(get(), { same: () => false });`),
    ends: failed("target_failed"),
  },
  {
    name: "makes no request",
    script: iteration(`check(1, { one: (n) => n === 1 }); sleep(0.01);`),
    ends: invalid("no_requests"),
  },
  { name: "does nothing at all", script: iteration(""), load: steady(1, 0.6), ends: invalid("no_requests") },
  {
    name: "makes requests in setup only",
    script: iteration("sleep(0.01);", `export function setup() { for (let i = 0; i < 50; i++) get(); }`),
    ends: invalid("no_requests"),
  },
  {
    name: "makes requests in the warm-up only",
    script: iteration(`if (Date.now() - exec.scenario.startTime < 200) get(); sleep(0.01);`),
    ends: invalid("no_requests"),
  },
  {
    name: "calls an address that is none",
    script: iteration(`try { http.get("::no address"); } catch { } sleep(0.01);`),
    ends: invalid("no_requests"),
  },
  { name: "has one iteration that outlasts the load", script: iteration("sleep(2.5);"), ends: invalid("no_requests") },
  { name: "makes three requests", script: iteration("get();", THREE), load: OWN, ends: invalid("too_few_samples") },
  {
    name: "makes nineteen requests",
    script: iteration("get();", THREE.replace("3", "19")),
    load: OWN,
    ends: invalid("too_few_samples"),
  },
  {
    name: "sets a threshold on a metric without data",
    script: iteration("get(); sleep(0.02);", UNUSED),
    ends: invalid("threshold_without_data"),
  },
  {
    name: "sets a threshold on a tag that nothing carries",
    script: iteration("get(); sleep(0.02);", TAGGED),
    ends: invalid("threshold_without_data"),
  },
  {
    name: "ends the test by test.abort()",
    script: iteration(`get(); if (__ITER > 5) exec.test.abort("enough");`),
    ends: aborted,
  },
  {
    name: "ends the test by test.abort() in setup",
    script: iteration("get();", `export function setup() { exec.test.abort("no"); }`),
    ends: aborted,
  },
  {
    name: "marks the test as failed",
    script: iteration(`get(); sleep(0.02); if (__ITER === 5) exec.test.fail("no");`),
    ends: broken("marked_failed"),
  },
  {
    name: "records nothing in the metric of an objective",
    script: iteration("get(); sleep(0.02);", `new Trend("never");`),
    objectives: [objective("k6.never.avg < 100")],
    hasOtherData: true,
    ends: invalid("not_measured"),
  },
  {
    name: "has a metric of another kind than the objective",
    script: iteration("get(); rate.add(1); sleep(0.02);", `const rate = new Rate("mine");`),
    objectives: [objective("k6.mine.p(95) < 100")],
    hasOtherData: true,
    ends: invalid("not_measured"),
  },
  {
    name: "lasts longer than it may",
    script: iteration("get(); sleep(0.02);"),
    load: steady(2, 60),
    maxSeconds: 1.5,
    ends: broken("timeout"),
  },
  {
    name: "never ends its init code in a user",
    script: iteration("get();", `if (__VU > 0) for (;;);`),
    maxSeconds: 2,
    ends: broken("timeout"),
  },
];

let server: TestServer;
beforeAll(async () => {
  server = await startServer(answer());
});
afterAll(async () => {
  await server.close();
});

test.concurrent.each(CASES.map((input) => [input.name, input] as const))(
  "never passes a script that %s",
  { timeout: 120_000 },
  async (_, input) => {
    await expectNoGoodVerdict({ baseUrl: server.url, ...input });
  },
);
