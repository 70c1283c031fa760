import fc from "fast-check";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Config, Load } from "../model/index.ts";
import * as files from "../platform/files.ts";
import { formatDiagnostic } from "../model/index.ts";
import { loadConfig, parseConfig, parseDuration, startFile, withOverrides, type ConfigResult } from "./index.ts";

const deps = { files, environment: { DB: "postgres://me:hunter2@127.0.0.1/chat", KEY: "hunter2" } };
const at = { file: "" };

beforeAll(async () => {
  const folder = await files.makeTemporaryFolder("chatbench-config-");
  await mkdir(join(folder, "load_tests"));
  await writeFile(join(folder, "load_tests/k6_api_test.ts"), "export default function () {}");
  at.file = join(folder, "chatbench.yml");
});

const WHOLE = `targets:
  chatbot:
    base_url: HTTP://127.0.0.1:8000/v1/
    postgres: { url: { env: DB } }
    redis: { url: redis://127.0.0.1:6379 }
    resources: { node_exporter: http://127.0.0.1:9100/metrics }
  other: { base_url: https://chat.example.org }
scenarios:
  chat-api:
    script: load_tests/k6_api_test.ts
    target: chatbot
    pattern: { name: sustained, users: 20, duration: 2m, warmup: 7s }
    objectives: { latency_p95: "< 200ms", throughput: ">= 50/s", concurrent_users: ">= 20", k6.my_timer.p95: "< 0.5" }
    params: { path: /api/chat, turns: 3, list: [1, null, true] }
    env: { LANGUAGE: de }
    secrets: { API_KEY: { env: KEY } }
    max_duration: 20m
    schedule: { cron: "0 4 * * *", timezone: Europe/Berlin }
prometheus: { url: http://127.0.0.1:9090/ }
links: { grafana: http://127.0.0.1:3000/?orgId=1 }
`;

function good(result: ConfigResult): Config {
  if ("problems" in result) throw new Error(result.problems.map(formatDiagnostic).join("\n"));
  return result.config;
}

describe("a sound file", () => {
  it("becomes a Config with everything in base units and absolute paths", async () => {
    const config = good(await parseConfig(WHOLE, at.file, deps));
    const scenario = config.scenarios["chat-api"];
    expect(scenario?.target).toMatchObject({ name: "chatbot", baseUrl: "http://127.0.0.1:8000/v1" });
    expect(scenario?.target.postgres?.url.reveal()).toContain("hunter2");
    expect(scenario?.script).toMatch(/^\/.*load_tests\/k6_api_test\.ts$/);
    expect(scenario?.maxSeconds).toBe(1200);
    expect(scenario?.load).toEqual({
      pattern: "sustained",
      users: 20,
      warmup: { seconds: 7, users: 20 },
      stages: [{ seconds: 120, users: 20 }],
    });
    expect(scenario?.objectives).toEqual([
      { measurement: "latency_p95", comparator: "<", limit: 0.2, condition: "< 200ms" },
      { measurement: "throughput", comparator: ">=", limit: 50, condition: ">= 50/s" },
      { measurement: "concurrent_users", comparator: ">=", limit: 20, condition: ">= 20" },
      { measurement: "k6.my_timer.p(95)", comparator: "<", limit: 0.5, condition: "< 0.5" },
      { measurement: "error_rate", comparator: "<", limit: 0.01, condition: "< 1%" },
    ]);
    expect(scenario?.params).toEqual({ path: "/api/chat", turns: 3, list: [1, null, true] });
    expect(config.prometheus).toEqual({ url: "http://127.0.0.1:9090" });
    expect(config.results).toMatchObject({ keepRuns: 200, keepDays: 90 });
    expect(config.results.folder).toMatch(/^\/.*\/results$/);
    expect(JSON.stringify(config)).not.toContain("hunter2");
  });

  it("is frozen through and through, and finds no name that was not written", async () => {
    const config = good(await parseConfig(WHOLE, at.file, deps));
    const open: string[] = [];
    const look = (value: unknown, path: string): void => {
      if (typeof value !== "object" || value === null) return;
      if (!Object.isFrozen(value)) open.push(path);
      for (const [key, inner] of Object.entries(value)) look(inner, `${path}.${key}`);
    };
    look(config, "config");
    expect(open).toEqual([]);
    expect(config.scenarios.constructor).toBeUndefined();
  });

  it("may use an alias for what repeats", async () => {
    const text = WHOLE.replace("links:", "results: &r { keep_runs: 5 }\nlinks:").replace(
      "{ path:",
      "{ same: &x [1], again: *x, path:",
    );
    const config = good(await parseConfig(text, at.file, deps));
    expect(config.results.keepRuns).toBe(5);
    expect(config.scenarios["chat-api"]?.params).toMatchObject({ same: [1], again: [1] });
  });

  it("keeps an error objective that is written", async () => {
    const text = WHOLE.replace("throughput:", 'error_rate: "< 5%", throughput:');
    const objectives = good(await parseConfig(text, at.file, deps)).scenarios["chat-api"]?.objectives;
    expect(objectives?.filter((o) => o.measurement === "error_rate").map((o) => o.limit)).toEqual([0.05]);
  });

  it("warns of what looks like a secret in env", async () => {
    const result = await parseConfig(WHOLE.replace("LANGUAGE: de", "API_TOKEN: abc"), at.file, deps);
    expect("warnings" in result && result.warnings.map((w) => [w.severity, w.line, w.column])).toEqual([
      ["warning", 15, 12],
    ]);
  });

  it.each([
    ["30 2 * * *", "Europe/Berlin", "it then runs at 03:00"],
    ["*/20 2 * * *", "Europe/Berlin", "what falls in between does not run then"],
  ])("7: warns of %s in %s, a time that clocks skip", async (cron, zone, effect) => {
    const text = WHOLE.replace('"0 4 * * *", timezone: Europe/Berlin', `"${cron}", timezone: ${zone}`);
    const result = await parseConfig(text, at.file, deps);
    expect("warnings" in result && result.warnings.map(formatDiagnostic)).toEqual([
      `${at.file}:18:23: warning: scenarios.chat-api.schedule.cron: clocks in ${zone} skip from 02:00 to 03:00 when summer time begins: ${effect}; a time outside of it, or timezone UTC, always exists`,
    ]);
  });

  it("checks 500 scenarios in less than a second", async () => {
    const [head = "", scenario = ""] = WHOLE.split(/(?=scenarios:)/);
    const body = /scenarios:\n([\s\S]*?)prometheus/.exec(scenario)?.[1] ?? "";
    const many = Array.from({ length: 500 }, (_, i) => body.replace("chat-api:", `chat-${i}:`)).join("");
    const text = `${head}scenarios:\n${many}`;
    const seconds: number[] = [];
    let config = good(await parseConfig(text, at.file, deps));
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const began = process.cpuUsage();
      config = good(await parseConfig(text, at.file, deps));
      seconds.push(process.cpuUsage(began).user / 1e6);
    }
    // Processor time, the best of three: other programs of the machine are not what is measured.
    expect(Math.min(...seconds)).toBeLessThan(1);
    expect(Object.keys(config.scenarios)).toHaveLength(500);
  });
});

describe("the start file of `chatbench init`", () => {
  it("validates as it stands", async () => {
    await writeFile(at.file, startFile());
    const result = await loadConfig(at.file, deps);
    expect(good(result).scenarios["chat-api"]?.load.pattern).toBe("smoke");
    expect("warnings" in result && result.warnings).toEqual([]);
  });

  it("validates with every commented key switched on", async () => {
    const lines = startFile().split("\n");
    const on = lines.map((line) => (/^\s*# ?[\w.]+: /.test(line) ? line.replace("# ", "") : line)).join("\n");
    expect(on.match(/^\s*#/gm)).toHaveLength(1);
    const environment = {
      TARGET_DATABASE_URL: "postgres://127.0.0.1/chat",
      CHATBENCH_DATABASE_URL: "postgres://127.0.0.1/bench",
      CHATBOT_API_KEY: "k",
    };
    good(await parseConfig(on, at.file, { files, environment }));
  });

  it("can point at scripts and a schema elsewhere", async () => {
    const folder = await mkdtemp(join(tmpdir(), "chatbench-scripts-"));
    await writeFile(join(folder, "k6_api_test.ts"), "export default function () {}");
    const text = startFile({ scripts: folder, schema: "./x.json" });
    expect(text).toContain("$schema=./x.json");
    expect(good(await parseConfig(text, at.file, deps)).scripts).toContain("chatbench-scripts-");
  });
});

describe("no text ever throws", () => {
  it("any text", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 400 }), async (text) => {
        await expect(parseConfig(text, at.file, deps)).resolves.toBeDefined();
      }),
      { numRuns: 500 },
    );
  });

  it("YAML-like text", async () => {
    const bits = fc.constantFrom(
      "targets",
      ":",
      " ",
      "\n",
      "  ",
      "- ",
      "*a",
      "&a ",
      "<<",
      "{",
      "}",
      "[",
      "]",
      '"',
      "'",
      "|",
      ">",
      "!",
      "#",
      "~",
      "? ",
      "%",
      "1",
      "chat",
      ",",
      "\t",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(bits, { maxLength: 40 }), async (parts) => {
        await expect(parseConfig(parts.join(""), at.file, deps)).resolves.toBeDefined();
      }),
      { numRuns: 1000 },
    );
  });

  it("a sound file with a piece cut out, doubled or replaced; every problem has a place in the file", async () => {
    const piece = fc.oneof(fc.constantFrom("", "\n", "*a", "[]", "{}", ": ", "null", "1", "&a ", '"'), fc.string());
    await fc.assert(
      fc.asyncProperty(fc.nat(WHOLE.length), fc.nat(60), piece, async (from, length, text) => {
        const mutated = WHOLE.slice(0, from) + text + WHOLE.slice(from + length);
        const result = await parseConfig(mutated, at.file, deps);
        const lines = mutated.split("\n").length;
        const problems = "problems" in result ? result.problems : [];
        expect("config" in result || problems.some((p) => p.severity === "error")).toBe(true);
        expect(problems.filter((p) => p.line < 1 || p.line > lines || p.column < 1 || p.message === "")).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("overrides of the command line", () => {
  const loadWith = async (
    given: Parameters<typeof withOverrides>[2],
    text = WHOLE,
  ): Promise<Load | readonly string[]> => {
    const config = good(await parseConfig(text, at.file, deps));
    const scenario = config.scenarios["chat-api"];
    if (scenario === undefined) throw new Error("no scenario");
    const result = withOverrides(scenario, config, given);
    return "scenario" in result ? result.scenario.load : result.problems;
  };

  it("keep what they do not name", async () => {
    expect(await loadWith({})).toMatchObject({ users: 20, warmup: { seconds: 7 }, stages: [{ seconds: 120 }] });
    expect(await loadWith({ users: 200 })).toMatchObject({
      users: 200,
      warmup: { seconds: 7, users: 200 },
      stages: [{ seconds: 120, users: 200 }],
    });
    expect(await loadWith({ durationSeconds: 300 })).toMatchObject({
      users: 20,
      warmup: { seconds: 7 },
      stages: [{ seconds: 300 }],
    });
  });

  it("let a warm-up that followed from the duration follow the new one", async () => {
    const text = WHOLE.replace(", warmup: 7s", "");
    expect(await loadWith({}, text)).toMatchObject({ warmup: { seconds: 12 } });
    expect(await loadWith({ durationSeconds: 30 }, text)).toMatchObject({ warmup: { seconds: 5 } });
  });

  it("take another pattern with its own size", async () => {
    expect(await loadWith({ pattern: "soak" }, WHOLE.replace("20m", "2h"))).toMatchObject({
      pattern: "soak",
      users: 50,
      stages: [{ seconds: 3600 }],
    });
  });

  it("choose another target by name, never by address", async () => {
    const config = good(await parseConfig(WHOLE, at.file, deps));
    const scenario = config.scenarios["chat-api"]!;
    expect(withOverrides(scenario, config, { target: "other" })).toMatchObject({
      scenario: { target: { name: "other" } },
    });
    expect(withOverrides(scenario, config, { target: "othr" })).toEqual({
      problems: ['unknown target "othr"; did you mean "other"?'],
    });
    expect(withOverrides(scenario, config, { target: "constructor" })).toHaveProperty("problems");
  });

  it.each([
    [{ users: 0 }, "users must be a whole number of at least 1, not 0"],
    [{ pattern: "sustaned" }, 'unknown pattern "sustaned"; did you mean "sustained"?'],
    [{ users: 5 }, 'concurrent_users: ">= 20" cannot be shown: the pattern sustained holds at most 5 users'],
    [{ durationSeconds: 7200 }, "max_duration 20m would end every run: the pattern with its warm-up lasts 2h7s"],
    [{ pattern: "own", users: 5 }, "with the pattern own, the script's options decide"],
  ])("%j is refused in a sentence", async (given, problem) => {
    expect(JSON.stringify(await loadWith(given))).toContain(JSON.stringify(problem).slice(1, -1));
  });

  it("parse their durations like the file", () => {
    expect(parseDuration("30s")).toEqual({ value: 30 });
  });
});
