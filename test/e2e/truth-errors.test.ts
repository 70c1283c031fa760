// The error rate against a book that the server keeps of what it did to every single request.
import { expect, test } from "vitest";
import type { Measurement } from "../../src/model/index.ts";
import { fateServer, type Fate, type FateServer } from "../support/fates.ts";
import { steady } from "../support/k6.ts";
import { even } from "../support/latency-servers.ts";
import { benchmarkWithSamples, objective, type Ran } from "../support/run.ts";
import type { Sample } from "../support/samples.ts";
import { answerByPath, startServer } from "../support/server.ts";
import { expectClose, JUDGED } from "../support/truth.ts";

/** One request per iteration with an id of its own; every ninth goes to a port where nobody listens. */
const script = (checks: string, more = ""): string => `
import http from "k6/http"; import { check, group } from "k6"; import exec from "k6/execution";
export default function () {
  ${more}
  const id = exec.vu.idInTest + "-" + __ITER;
  const base = __ITER % 9 === 8 ? "http://127.0.0.1:9" : __ENV.CHATBENCH_TARGET_URL;
  const answer = http.get(base, { headers: { "x-id": id }, tags: { id } });
  ${checks}
  if (String(answer.body).endsWith("throw")) throw new Error(id);
}`;
const ONE_CHECK = `check(answer, { good: (a) => a.status === 200 && !a.body.startsWith("unchecked") });`;
const TWO_CHECKS = `
  check(answer, { "is 200": (a) => a.status === 200, "not twice": (a) => a.body !== "unchecked-twice" });
  group("inner", () => check(answer, { "not unchecked": (a) => !String(a.body).startsWith("unchecked") }));`;
/** Before some requests: these exceptions come without any answer. */
const THROWS_FIRST = `if (__ITER % 11 === 10) throw new Error("before");`;

interface Case {
  readonly name: string;
  readonly script: string;
  readonly shares: readonly (readonly [number, Fate])[];
  readonly exact: boolean;
}
const CASES: readonly Case[] = [
  {
    name: "transport errors and wrong statuses",
    script: script(""),
    shares: [
      [0.1, "status"],
      [0.2, "reset"],
    ],
    exact: true,
  },
  {
    name: "one check an answer",
    script: script(ONE_CHECK),
    shares: [
      [0.1, "status"],
      [0.2, "reset"],
      [0.4, "unchecked"],
    ],
    exact: true,
  },
  {
    name: "exceptions after and before requests",
    script: script("", THROWS_FIRST),
    shares: [
      [0.1, "status"],
      [0.2, "reset"],
      [0.35, "throw"],
    ],
    exact: true,
  },
  {
    name: "several checks an answer",
    script: script(TWO_CHECKS),
    shares: [
      [0.1, "status"],
      [0.15, "unchecked"],
      [0.3, "unchecked-twice"],
    ],
    exact: false,
  },
  {
    name: "checks and exceptions on the same and on other answers",
    script: script(ONE_CHECK, THROWS_FIRST),
    shares: [
      [0.05, "status"],
      [0.1, "reset"],
      [0.15, "unchecked"],
      [0.2, "throw"],
      [0.25, "unchecked-throw"],
    ],
    exact: false,
  },
  {
    name: "everything at once",
    script: script(TWO_CHECKS, THROWS_FIRST),
    shares: [
      [0.02, "status"],
      [0.04, "reset"],
      [0.06, "unchecked"],
      [0.08, "throw"],
      [0.1, "unchecked-throw"],
      [0.12, "unchecked-twice"],
    ],
    exact: false,
  },
  {
    name: "nothing but good answers",
    script: script(ONE_CHECK).replace("__ITER % 9 === 8", "false"),
    shares: [],
    exact: true,
  },
];

test.each(CASES)("the error rate holds the truth with $name", async ({ script: text, shares, exact }) => {
  const server = await fateServer((index) => shares.find(([upTo]) => even(index) < upTo)?.[1] ?? "good");
  try {
    await benchmarkWithSamples(
      { script: text, baseUrl: server.url, load: steady(12, 2.5, 0.7), objectives: [objective("error_rate < 0.01")] },
      (ran, samples) => expectTruth(ran, samples, { server, exact }),
    );
  } finally {
    await server.close();
  }
});

interface Known {
  readonly server: FateServer;
  readonly exact: boolean;
}

function expectTruth({ record }: Ran, samples: readonly Sample[], { server, exact }: Known): void {
  const judged = samples.filter(({ tags }) => Object.entries(JUDGED).every(([name, value]) => tags[name] === value));
  const requests = judged.filter(({ metric }) => metric === "http_reqs");
  // Who is not in the server's book met a closed port.
  const bad = requests.filter(({ tags }) => server.fates.get(tags.id ?? "") !== "good").length;
  const alone = judged.filter(({ metric, tags }) => metric === "chatbench_exceptions" && tags.after === "none").length;
  const truth = (bad + alone) / (requests.length + alone);
  const rate = record.measurements.error_rate!;
  expect(requests.length).toBeGreaterThan(500);
  expect(rate.samples).toBe(requests.length + alone);
  expect(lowOf(rate)).toBeLessThanOrEqual(truth + 1e-12);
  expect(highOf(rate)).toBeGreaterThanOrEqual(truth - 1e-12);
  expect(exact && rate.low !== undefined).toBe(false);
  expectClose(exact ? rate.value : truth, truth, "error_rate");
  expect(record.verdict === "pass").toBe(truth === 0);
  const failed = judged.filter(({ metric, value }) => metric === "http_req_failed" && value === 1).length;
  expect(record.trials[0]!.facts!.requests).toStrictEqual({ count: requests.length, failed });
}

const lowOf = ({ value, low = value }: Measurement): number => low;
const highOf = ({ value, high = value }: Measurement): number => high;

test.each([
  { name: "that are followed to an answer are none", path: "/redirect/3", params: "{}", truth: 0 },
  { name: "that the script wants to see are none", path: "/redirect/3", params: "{ redirects: 0 }", truth: 0 },
  {
    name: "in a circle are one failure in the eleven requests that they make",
    path: "/circle",
    params: "{}",
    truth: 1 / 11,
  },
])("redirects $name", async ({ path, params, truth }) => {
  const server = await startServer((request, response) => {
    if (request.path === "/circle") response.writeHead(302, { location: "/circle" }).end();
    else answerByPath(request, response);
  });
  const text = `import http from "k6/http"; import { sleep } from "k6";
    export default function () { http.get(__ENV.CHATBENCH_TARGET_URL + "${path}", ${params}); sleep(0.02); }`;
  try {
    await benchmarkWithSamples({ script: text, baseUrl: server.url, load: steady(3, 1) }, ({ record }) => {
      const { requests, error_rate } = record.measurements;
      // The last circle of a user may end when the window does.
      expect(Math.abs(error_rate!.value - truth)).toBeLessThanOrEqual(truth === 0 ? 0 : 3 / requests!.value);
    });
  } finally {
    await server.close();
  }
});
