import { describe, expect, it } from "vitest";
import { Secret, type Load, type RunId, type TrialWork } from "../../model/index.ts";
import { runArguments } from "./arguments.ts";
import { k6Environment } from "./environment.ts";
import { ANSWER_SUB_METRICS, QUANTILE_GRID, SUB_METRICS } from "./summary-names.ts";
import { parseInspection } from "./script-options.ts";
import { GRACEFUL_STOP_SECONDS, wrapperText } from "./wrapper.ts";

const OWN: Load = { pattern: "own", warmup: { seconds: 0, users: 0 }, stages: null };

function work(load: Load = OWN, prometheusUrl?: string): TrialWork {
  return {
    ...{ runId: "20261123T020000Z-chat-api-4k7q" as RunId, index: 0, trigger: "cron", folder: "/results/run, 1&2" },
    ...(prometheusUrl === undefined ? {} : { prometheusUrl }),
    scenario: {
      ...{ name: "chat-api", script: "/scripts/a.ts", load, objectives: [], params: { turns: 3 } },
      ...{ env: { MODEL: "small" }, secrets: { token: new Secret("canary") } },
      target: { name: "chatbot", baseUrl: "https://bot.example" },
    },
  };
}

const FILES = {
  ...{ wrapper: "/results/run, 1&2/wrapper.js", record: "/results/run, 1&2/dashboard.ndjson" },
  ...{ config: "/results/run, 1&2/k6-config.json", secrets: "/results/run, 1&2/.secrets" },
};

describe("the arguments of k6 run", () => {
  it("are these, and never -u, -d or -s, which would discard every tagged threshold", () => {
    expect(runArguments(work(), FILES)).toEqual([
      "run",
      "--quiet",
      "--no-color",
      "--log-format=json",
      "--config=k6-config.json",
      "--secret-source=file=.secrets",
      "--tag=testid=20261123T020000Z-chat-api-4k7q",
      "--tag=chatbench_scenario=chat-api",
      "--tag=target=chatbot",
      "--tag=trigger=cron",
      "--out=web-dashboard=host=127.0.0.1&port=0&period=1s&record=dashboard.ndjson",
      "--",
      "/results/run, 1&2/wrapper.js",
    ]);
  });

  it("push to a Prometheus only if there is one", () => {
    expect(runArguments(work(OWN, "http://127.0.0.1:9090"), FILES)).toContain("--out=experimental-prometheus-rw");
  });
});

describe("the environment of k6", () => {
  const environment = (of: TrialWork, inherited: Record<string, string>): Record<string, string> =>
    k6Environment(of, { inherited, availableBytes: 10 * 2 ** 30 });

  it("collects garbage half as often as Go would, within the memory that is there, unless somebody says otherwise", () => {
    expect(environment(work(), {})).toMatchObject({ GOGC: "200", GOMEMLIMIT: String(8 * 2 ** 30) });
    const little = k6Environment(work(), { inherited: {}, availableBytes: 500 * 2 ** 20 });
    expect(little).not.toHaveProperty("GOGC");
    expect(little).not.toHaveProperty("GOMEMLIMIT");
    const theirs = { GOGC: "100", GOMEMLIMIT: "2GiB" };
    expect(environment(work(), theirs)).toMatchObject(theirs);
    const own = { ...work().scenario, env: { GOGC: "off" } };
    expect(environment({ ...work(), scenario: own }, theirs)).toMatchObject({ ...theirs, GOGC: "off" });
  });

  it("keeps k6 to the processors that the stream probe leaves it, unless somebody says otherwise", () => {
    const probe = { url: "http://127.0.0.1:1", token: new Secret("token"), processorsLeft: 3 };
    expect(environment({ ...work(), probe }, {}).GOMAXPROCS).toBe("3");
    expect(environment({ ...work(), probe }, { GOMAXPROCS: "6" }).GOMAXPROCS).toBe("6");
    expect(environment(work(), {})).not.toHaveProperty("GOMAXPROCS");
  });

  it("case 65: holds what is on the list and what the scenario says; nothing else is inherited", () => {
    const inherited = {
      PATH: "/bin",
      HOME: "/root",
      AWS_SECRET_ACCESS_KEY: "canary",
      K6_VUS: "9",
      HTTPS_PROXY: "canary",
    };
    expect(environment(work(), inherited)).toEqual({
      PATH: "/bin",
      HOME: "/root",
      GOGC: "200",
      GOMEMLIMIT: String(8 * 2 ** 30),
      MODEL: "small",
      CHATBENCH_TARGET_URL: "https://bot.example",
      CHATBENCH_WEBSOCKET_URL: "wss://bot.example",
      CHATBENCH_PARAMS: '{"turns":3}',
      CHATBENCH_RUN_ID: "20261123T020000Z-chat-api-4k7q",
      K6_NO_USAGE_REPORT: "true",
      K6_AUTO_EXTENSION_RESOLUTION: "false",
      K6_NO_COLOR: "true",
      K6_FEATURES: "native-histograms,merge-run-tags",
    });
  });

  it("names the receiver of a Prometheus, and ends its series with the run", () => {
    expect(environment(work(OWN, "http://127.0.0.1:9090"), {})).toMatchObject({
      K6_PROMETHEUS_RW_SERVER_URL: "http://127.0.0.1:9090/api/v1/write",
      K6_PROMETHEUS_RW_STALE_MARKERS: "true",
    });
  });
});

interface Options {
  readonly scenarios?: Record<string, object>;
  readonly thresholds: Record<string, readonly string[]>;
  readonly summaryTrendStats: readonly string[];
  readonly systemTags: readonly string[];
}

/** The configuration that the wrapper carries, and its text. */
function wrapper(
  load: Load,
  inspected: object = {},
): { text: string; config: { offsetsMs: object }; options: Options } {
  const script = parseInspection(JSON.stringify(inspected))!;
  const text = wrapperText({ scenario: work(load).scenario, script, summaryFile: "/s.json", runtimeFile: "/r.ts" });
  const [config, whole] = [/\$config = (\{[^]*?\n\});/, /\$whole = __VU > 0 \? undefined : (\{[^]*?\n\});/].map(
    (carried) => JSON.parse(carried.exec(text)?.[1] ?? "") as object,
  );
  return { text, config: config as { offsetsMs: object }, options: (whole as { options: Options }).options };
}

describe("the wrapper", () => {
  const spike: Load = {
    ...{ pattern: "spike", users: 9, warmup: { seconds: 5, users: 2 } },
    stages: [
      { seconds: 0, users: 9 },
      { seconds: 2.5, users: 9 },
    ],
  };

  it("makes the pattern one scenario of users who arrive one after the other in the first half of the warm-up", () => {
    expect(wrapper(spike).options.scenarios).toEqual({
      "chat-api": {
        executor: "ramping-vus",
        startVUs: 1,
        stages: [
          { duration: "2500ms", target: 2 },
          { duration: "2500ms", target: 2 },
          { duration: "0ms", target: 9 },
          { duration: "2500ms", target: 9 },
        ],
        gracefulStop: "65s",
        gracefulRampDown: "65s",
        exec: "default",
      },
    });
  });

  it("waits longer for the last answers than k6 does (60 s): a request cut off leaves no sample", () => {
    expect(GRACEFUL_STOP_SECONDS).toBeGreaterThan(60);
  });

  it("is imported before the script, so that copies of the functions of k6/http are watched too", () => {
    const { text } = wrapper(OWN);
    expect(text.indexOf('"file:///r.ts"')).toBeGreaterThan(0);
    expect(text.indexOf('"file:///r.ts"')).toBeLessThan(text.indexOf('"file:///scripts/a.ts"'));
  });

  it("asks for every sub-metric and quantile that the summary is read for", () => {
    const { thresholds, summaryTrendStats } = wrapper(OWN).options;
    expect(Object.keys(thresholds).sort()).toEqual(
      [...Object.values(SUB_METRICS), ...Object.values(ANSWER_SUB_METRICS)].sort(),
    );
    expect(Object.values(thresholds).flat()).toEqual([]);
    expect(summaryTrendStats).toEqual(expect.arrayContaining(QUANTILE_GRID.map((q) => `p(${String(q)})`)));
  });

  it("keeps the script's own scenarios, and wraps each of their functions once", () => {
    const scenarios = {
      ...{ a: { exec: "ask", startTime: "1s" }, b: { exec: "ask" } },
      c: { exec: null, startTime: "500ms" },
    };
    const { text, config, options } = wrapper(OWN, { scenarios });
    expect(options).not.toHaveProperty("scenarios");
    expect(config.offsetsMs).toEqual({ a: 1000, b: 0, c: 500 });
    expect(text.match(/^export \{.*$/gm)).toEqual([
      'export { chatbench$work0 as "ask" };',
      "export { chatbench$work1 as default };",
    ]);
  });

  it("case 48: drops url and name from the tags, unless a threshold selects by them", () => {
    const { systemTags } = wrapper(OWN).options;
    expect(systemTags).not.toContain("url");
    expect(systemTags).not.toContain("name");
    const thresholds = { "http_reqs{url:http://a/b}": [], "http_reqs{ kind:x, name:Y }": [], "checks{proto:z}": [] };
    const kept = wrapper(OWN, { thresholds, systemTags: ["url", "status"] }).options.systemTags;
    expect([...kept].sort()).toEqual(["expected_response", "name", "proto", "scenario", "status", "url"]);
  });
});
