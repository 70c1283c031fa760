import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { formatDiagnostic, type Config } from "../model/index.ts";
import * as files from "../platform/files.ts";
import { configHash, configText, editorSchema, isLoopback, parseConfig, type ConfigResult } from "./index.ts";

const CANARIES = {
  TOKEN: "canary-token-0123456789",
  DB: "postgres://me:canary-database@127.0.0.1/bench",
  TARGET_DB: "postgres://me:canary-target@127.0.0.1/chat",
  REDIS: "redis://:canary-redis@127.0.0.1:6379",
  KEY: "canary-key",
};
const deps = { files, environment: CANARIES };
const at = { folder: "", file: "" };

beforeAll(async () => {
  at.folder = await files.makeTemporaryFolder("chatbench-daemon-keys-");
  at.file = join(at.folder, "chatbench.yml");
  await mkdir(join(at.folder, "load_tests"));
  await writeFile(join(at.folder, "load_tests/a.ts"), "export default function () {}");
  await writeFile(join(at.folder, "load_tests/a.py"), "import locust");
  await writeFile(join(at.folder, "web.yml"), "{}");
  await writeFile(join(at.folder, "own.jsonl"), '"hello"\n');
});

/** Every key there is. */
const WHOLE = `targets:
  chatbot:
    base_url: http://127.0.0.1:8000
    uptime: { objective: ">= 99.5%", window: 7d }
    health_path: /healthz
    postgres: { url: { env: TARGET_DB } }
    redis: { url: { env: REDIS } }
    resources:
      node_exporter: http://127.0.0.1:9100/metrics
      cadvisor: { url: http://127.0.0.1:8080/metrics, container: chatbot }
      process: { port: 8000 }
    metrics: { url: http://127.0.0.1:4000/metrics, names: ["vllm:num_requests_waiting"] }
  other:
    base_url: http://127.0.0.1:8001
    resources: { process: { pid_file: /run/chatbot.pid } }
scenarios:
  chat-api:
    script: load_tests/a.ts
    target: chatbot
    pattern: { name: sustained, users: 20, duration: 2m30s, warmup: 7s }
    objectives: { latency_p95: "< 200ms", error_rate: "< 2%", k6.my_timer.p95: "< 0.5" }
    params: { path: /api/chat, list: [1, null, true, "0 2 * * *"] }
    env: { LANGUAGE: de, VERSION: "1.0" }
    secrets: { API_KEY: { env: KEY } }
    max_duration: 20m
    traffic: stream
    environment: strict
    schedule:
      cron: "0 4 * * *"
      timezone: Europe/Berlin
      overlap: cancel
      catch_up: 90m
      jitter: 0.5s
      blackout: [{ from: "08:00", to: "18:00", days: MON-FRI }, { from: "22:00", to: "01:00" }]
      paused: true
    prompts:
      distinct: 200
      conversations: 5000
      repeat: { zipf: 1.1 }
      prefixes: { count: 5, tokens: 50 }
      turns: { min: 1, max: 3 }
      prompt_tokens: { median: 60, spread: 0.5, max: 500 }
      output_tokens: 128
      seed: 7
    cache: cold
  own-prompts:
    { script: load_tests/a.ts, target: chatbot, pattern: smoke, prompts: { file: own.jsonl, repeat: uniform } }
  at-a-rate: { script: load_tests/a.ts, target: chatbot, pattern: { name: sustained, rate: 20/s, arrivals: poisson, seed: 3 } }
  to-the-knee: { script: load_tests/a.ts, target: chatbot, pattern: { name: breakpoint, users: 90, from: 30, step: 20 } }
  by-locust: { script: load_tests/a.py, engine: locust, target: chatbot, pattern: smoke }
scripts: load_tests
results: { folder: results, keep_runs: 7, keep_days: 8 }
prometheus: { url: http://127.0.0.1:9090 }
server: { listen: "[::]:0", web_config_file: web.yml, token: { env: TOKEN }, allowed_hosts: [Bench.example.org, "::1"] }
database: { url: { env: DB } }
queue: { concurrent_runs: 3, length: 5 }
links: { chatbench: http://127.0.0.1:8640, grafana: http://127.0.0.1:3000/?orgId=1, runbooks: http://127.0.0.1/r }
`;

const SMALL = `targets: { chatbot: { base_url: http://127.0.0.1:8000 } }
scenarios:
  chat-api: { script: load_tests/a.ts, target: chatbot, pattern: sustained }
`;

function good(result: ConfigResult): Config {
  if ("problems" in result) throw new Error(result.problems.map(formatDiagnostic).join("\n"));
  return result.config;
}

async function warningsOf(text: string): Promise<readonly string[]> {
  const result = await parseConfig(text, at.file, deps);
  good(result);
  return "warnings" in result ? result.warnings.map((w) => formatDiagnostic(w).replace(`${at.file}:`, "")) : [];
}

const scheduled = (schedule: string): string => SMALL.replace("sustained }", `sustained, schedule: { ${schedule} } }`);

describe("the keys of the daemon", () => {
  it("become what the parts are told", async () => {
    const config = good(await parseConfig(WHOLE, at.file, deps));
    expect(config.server).toMatchObject({
      listen: { host: "::", port: 0 },
      webConfigFile: join(at.folder, "web.yml"),
      allowedHosts: ["bench.example.org", "::1"],
    });
    expect(config.server.token?.reveal()).toBe(CANARIES.TOKEN);
    expect(config.database?.url.reveal()).toBe(CANARIES.DB);
    expect(config.queue).toEqual({ concurrentRuns: 3, length: 5 });
    expect(config.scenarios["chat-api"]?.schedule).toEqual({
      cron: "0 4 * * *",
      timezone: "Europe/Berlin",
      overlap: "cancel",
      catchUpSeconds: 5400,
      jitterSeconds: 0.5,
      blackouts: [
        { from: "08:00", to: "18:00", days: [1, 2, 3, 4, 5] },
        { from: "22:00", to: "01:00", days: [] },
      ],
      paused: true,
    });
  });

  it("have defaults that need nothing", async () => {
    const config = good(await parseConfig(scheduled('cron: "0 2 * * *"'), at.file, deps));
    expect(config.server).toEqual({ listen: { host: "127.0.0.1", port: 8640 }, allowedHosts: [] });
    expect(config.queue).toEqual({ concurrentRuns: 1, length: 100 });
    expect(config.database).toBeUndefined();
    expect(config.scenarios["chat-api"]?.schedule).toEqual({
      cron: "0 2 * * *",
      timezone: "UTC",
      overlap: "skip",
      catchUpSeconds: 3600,
      jitterSeconds: 0,
      blackouts: [],
      paused: false,
    });
  });

  it.each([
    ["127.0.0.1:8640", "127.0.0.1", 8640],
    ["localhost:0", "localhost", 0],
    ["LOCALHOST:1", "localhost", 1],
    ["127.8.8.8:1", "127.8.8.8", 1],
    ["[::1]:8640", "::1", 8640],
    ["[0:0::1]:8640", "0:0::1", 8640],
  ])("listen %s is this machine alone and needs no users", async (written, host, port) => {
    const config = good(await parseConfig(`${SMALL}server: { listen: "${written}" }`, at.file, deps));
    expect(config.server.listen).toEqual({ host, port });
    expect(isLoopback(host)).toBe(true);
  });

  it.each([
    [":8640", "0.0.0.0"],
    ["[::]:8640", "::"],
    ["192.168.1.5:8640", "192.168.1.5"],
    ["localhost.example.org:8640", "localhost.example.org"],
    ["[::ffff:192.168.1.5]:8640", "::ffff:192.168.1.5"],
  ])("listen %s is reached from beyond, and refused without a web_config_file", async (written, host) => {
    const open = `server: { listen: "${written}" }`;
    const refused = await parseConfig(SMALL + open, at.file, deps);
    expect("problems" in refused && refused.problems.map(({ message }) => message)).toEqual([
      "server.listen: whoever reaches this address could read everything: name a web_config_file with users, or listen on 127.0.0.1",
    ]);
    const guarded = open.replace(" }", ", web_config_file: web.yml }");
    expect(good(await parseConfig(SMALL + guarded, at.file, deps)).server.listen.host).toBe(host);
  });

  it("warn of a token that could be guessed", async () => {
    const [warning, ...others] = await warningsOf(`${SMALL}server: { token: { env: KEY } }`);
    expect(others).toEqual([]);
    expect(warning).toBe(
      "4:18: warning: server.token: the value of this secret is shorter than 16 characters: it could be guessed",
    );
  });
});

describe("warnings of a schedule", () => {
  it.each([
    [
      'cron: "0 9-17 * * 1-5", blackout: [{ from: "08:00", to: "18:00", days: MON-FRI }]',
      '3:133: warning: scenarios.chat-api.schedule.blackout: every slot of "0 9-17 * * 1-5" lies in a blackout: it never runs',
    ],
    [
      'cron: "0 * * * *", jitter: 61m',
      "3:120: warning: scenarios.chat-api.schedule.jitter: jitter 1h1m is longer than the 1h between two slots: runs can fall together",
    ],
    [
      'cron: "*/5 * * * *"',
      "3:101: warning: scenarios.chat-api.schedule.cron: a run lasts 11m and slots come after 5m: slots are skipped while it is at work",
    ],
    [
      'cron: "*/5 * * * *", overlap: cancel',
      "3:125: warning: scenarios.chat-api.schedule.overlap: a run lasts 11m and slots come after 5m: each run is cancelled by the next before it has a verdict",
    ],
  ])("%s", async (schedule, warning) => {
    expect((await warningsOf(scheduled(schedule))).map((w) => w.replace(/^3:\d+/, "3"))).toEqual([
      warning.replace(/^3:\d+/, "3"),
    ]);
  });

  it.each([
    'cron: "0 9-18 * * 1-5", blackout: [{ from: "08:00", to: "18:00", days: MON-FRI }]',
    'cron: "0 9 * * *", blackout: [{ from: "08:00", to: "18:00", days: MON-FRI }]',
    'cron: "0 9 1 * *", blackout: [{ from: "08:00", to: "18:00", days: MON-SAT }]',
    'cron: "0 * * * *", jitter: 1h, catch_up: 0s',
    'cron: "*/12 * * * *", overlap: cancel',
  ])("none of %s", async (schedule) => expect(await warningsOf(scheduled(schedule))).toEqual([]));
});

describe("the configuration as text", () => {
  it("53: shows no secret, in whatever key it is", async () => {
    const text = configText(good(await parseConfig(WHOLE.replace("LANGUAGE", "MY_PASSWORD"), at.file, deps)));
    expect(text).not.toContain("canary");
    expect(text).not.toContain("MY_PASSWORD: de");
    expect(text.match(/<redacted>/g)).toHaveLength(6);
  });

  it("loses nothing: read again, it gives the same configuration", async () => {
    const config = good(await parseConfig(WHOLE, at.file, deps));
    const restored = configText(config)
      .replace(/token: <redacted>/, "token: { env: TOKEN }")
      .replace(/(postgres:\s+url:) <redacted>/, "$1 { env: TARGET_DB }")
      .replace(/(redis:\s+url:) <redacted>/, "$1 { env: REDIS }")
      .replace(/(database:\s+url:) <redacted>/, "$1 { env: DB }")
      .replace(/API_KEY: <redacted>/, "API_KEY: { env: KEY }");
    expect(good(await parseConfig(restored, at.file, deps))).toEqual(config);
    const small = good(await parseConfig(SMALL, at.file, deps));
    expect(good(await parseConfig(configText(small), at.file, deps))).toEqual(small);
  });

  it("has every key that a file can have", async () => {
    const text = configText(good(await parseConfig(WHOLE, at.file, deps)));
    expect(writtenKeys(editorSchema()).length).toBeGreaterThan(40);
    const missing = writtenKeys(editorSchema()).filter((key) => !new RegExp(`\\b${key}:`).test(text));
    expect(missing).toEqual([]);
  });

  it("has a hash that changes with the file's text and with nothing else", async () => {
    const result = await parseConfig(SMALL, at.file, deps);
    expect("sha256" in result && result.sha256).toBe(configHash(SMALL));
    expect(configHash("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(configHash(`${SMALL}\n`)).not.toBe(configHash(SMALL));
  });
});

/** Names of all keys in the schema, but the forms of a secret and the catalogue of measurements. */
function writtenKeys(schema: unknown): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { properties, title } = schema as { readonly properties?: Record<string, unknown>; readonly title?: unknown };
  if (title === "secret") return [];
  const names = Object.keys(properties ?? {});
  const own = names.includes("latency_p95") ? [] : names;
  return [...own, ...Object.values(schema).flatMap(writtenKeys)];
}
