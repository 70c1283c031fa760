import { Ajv2020 } from "ajv/dist/2020.js";
import { afterEach, describe, expect, it } from "vitest";
import type { Api, LiveRun, ScenarioView, StartResult } from "../../src/http/index.ts";
import type { FrozenScenario, QueuedRun, RunRecord, RunSummary } from "../../src/model/index.ts";
import { broken, passing } from "../fixtures/records/runs.ts";
import { busy } from "../fixtures/records/views.ts";
import { BEARER, fakeApi, ID, JSON_BEARER, serveApi, type ServedApi } from "../support/http-api.ts";

const RECORD = passing(ID).record;
const SUMMARY: RunSummary = { ...summaryOf(RECORD), revision: "3f2c1ab", slot: "2026-11-23T02:00:00.000Z" };
const LIVE: LiveRun = {
  run: {
    ...{ id: ID, trigger: "manual", revision: "3f2c1ab", state: "running", queuedAt: 0, startedAt: 1_000, owner: "me" },
    ...{ slot: 0, notBefore: 500, abortBy: "person" },
    scenario: frozen(),
  },
  position: 0,
  progress: { phase: "judged", elapsedSeconds: 3, totalSeconds: 60, users: 5, requestsPerSecond: 9.5, p95Seconds: 0.1 },
};
const SCENARIO: ScenarioView = {
  ...{ name: "chat-api", target: "chatbot", pattern: { name: "sustained", users: 100, duration_seconds: 600 } },
  objectives: [{ measurement: "latency_p95", condition: "< 200ms" }],
  schedule: { cron: "0 2 * * *", timezone: "UTC", paused: false, next: "2026-11-24T02:00:00.000Z" },
  latest: SUMMARY,
};
const AWAY = { away: "The database is away: it was last reached 3 s ago." };
const REPORT = { report: () => Promise.resolve({ html: "<!doctype html><title>r</title>" }) };
const POST = { method: "POST", headers: BEARER };
const ASK = { method: "POST", headers: JSON_BEARER, body: '{"scenario":"chat-api"}' };

const starting = (result: StartResult | typeof AWAY): Partial<Api> => ({ start: () => Promise.resolve(result) });
const aborting = (kind: "withdrawn" | "asked"): Partial<Api> => ({
  abort: () => Promise.resolve({ kind, run: LIVE.run }),
});

interface Case {
  /** As the description writes it. */
  readonly path: string;
  readonly status: number;
  readonly api?: Partial<Api>;
  readonly init?: RequestInit;
  readonly at?: string;
}

const CASES: readonly Case[] = [
  { path: "/", status: 200, api: { status: () => Promise.resolve(busy()) } },
  { path: "/report", status: 200, api: REPORT },
  { path: "/report", status: 404 },
  { path: "/{id}/report.html", status: 200, api: REPORT },
  { path: "/{id}/report.html", status: 404 },
  { path: "/api/v1/runs/{id}/report", status: 200, api: REPORT },
  { path: "/api/v1/runs/{id}/report", status: 404 },
  {
    ...{ path: "/runbooks/{name}", at: "/runbooks/watchdog.md", status: 200 },
    api: { runbook: () => Promise.resolve({ html: "<!doctype html><title>r</title>" }) },
  },
  { path: "/runbooks/{name}", at: "/runbooks/watchdog.md", status: 404 },
  { path: "/metrics", status: 200 },
  { path: "/-/healthy", status: 200 },
  { path: "/-/ready", status: 200 },
  { path: "/-/ready", status: 503, api: { ready: () => ({ problems: ["The records are still read."] }) } },
  { path: "/-/reload", status: 200, init: POST },
  { path: "/config", status: 200 },
  {
    ...{ path: "/api/v1/sd/probes", status: 200 },
    api: { probes: () => [{ targets: ["http://127.0.0.1:8000"], labels: { target: "chatbot" } }] },
  },
  { path: "/api/v1/scenarios", status: 200, api: { scenarios: () => Promise.resolve([SCENARIO]) } },
  { path: "/api/v1/openapi.json", status: 200 },
  { path: "/api/v1/runs", status: 200, api: { runs: () => Promise.resolve({ runs: [SUMMARY] }) } },
  { path: "/api/v1/runs", status: 400, at: "/api/v1/runs?limit=501" },
  { path: "/api/v1/runs", status: 503, api: { runs: () => Promise.resolve(AWAY) } },
  { path: "/api/v1/runs", status: 202, init: ASK },
  { path: "/api/v1/runs", status: 200, init: ASK, api: starting({ kind: "known", id: ID }) },
  { path: "/api/v1/runs", status: 400, init: ASK, api: starting({ kind: "refused", problems: ["No.", "Neither."] }) },
  { path: "/api/v1/runs", status: 409, init: ASK, api: starting({ kind: "conflict", id: ID }) },
  { path: "/api/v1/runs", status: 429, init: ASK, api: starting({ kind: "full", queued: 100 }) },
  { path: "/api/v1/runs", status: 503, init: ASK, api: starting(AWAY) },
  {
    ...{ path: "/api/v1/runs", status: 503, init: ASK },
    api: starting({ kind: "no_engine", reason: { code: "engine_missing", text: "There is no k6." } }),
  },
  { path: "/api/v1/runs/{id}", status: 200, api: { run: () => Promise.resolve({ record: RECORD }) } },
  { path: "/api/v1/runs/{id}", status: 200, api: { run: () => Promise.resolve({ record: broken().record }) } },
  { path: "/api/v1/runs/{id}", status: 200, api: { run: () => Promise.resolve({ live: LIVE }) } },
  { path: "/api/v1/runs/{id}", status: 404 },
  { path: "/api/v1/runs/{id}", status: 503, api: { run: () => Promise.resolve(AWAY) } },
  { path: "/api/v1/runs/{id}/abort", status: 200, init: POST, api: aborting("withdrawn") },
  { path: "/api/v1/runs/{id}/abort", status: 202, init: POST, api: aborting("asked") },
  { path: "/api/v1/runs/{id}/abort", status: 404, init: POST },
  {
    ...{ path: "/api/v1/runs/{id}/abort", status: 409, init: POST },
    api: { abort: () => Promise.resolve({ kind: "ended" }) },
  },
  { path: "/api/v1/runs/{id}/abort", status: 503, init: POST, api: { abort: () => Promise.resolve(AWAY) } },
  {
    ...{ path: "/-/reload", status: 400, init: POST },
    api: { reload: () => Promise.resolve({ problems: [diagnostic(3, "no such key")] }) },
  },
];

/** What the description tells nothing of by route: refused alike everywhere. */
const DEFAULTS: readonly Case[] = [
  { path: "/metrics", status: 405, init: { method: "DELETE" } },
  { path: "/api/v1/runs", status: 401, init: { ...ASK, headers: { "content-type": "application/json" } } },
  { path: "/api/v1/runs", status: 415, init: { ...ASK, headers: BEARER } },
  { path: "/api/v1/runs", status: 413, init: { ...ASK, body: JSON.stringify({ scenario: "x".repeat(70_000) }) } },
  { path: "/api/v1/runs/{id}", status: 400, at: "/api/v1/runs/nonsense" },
  { path: "/api/v1/runs", status: 500, api: { runs: () => Promise.reject(new Error("secret detail")) } },
];

interface Description {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, { responses: Record<string, Described> }>>;
}
interface Described {
  readonly content: Record<string, { schema: object }>;
  readonly headers?: Record<string, object>;
}

const state: { server?: ServedApi } = {};
const serve = async (...args: Parameters<typeof serveApi>): Promise<ServedApi> => {
  const server = await serveApi(...args);
  state.server = server;
  return server;
};
afterEach(() => state.server?.close());

describe("the description", () => {
  it("says of every route and status what is really answered", async () => {
    const current: { api: Partial<Api> } = { api: {} };
    const server = await serve({}, { api: switching(() => current.api) });
    const { description, conforms } = await descriptionOf(server.url);
    const seen = new Set<string>();
    for (const { path, status, api = {}, init = {}, at } of [...CASES, ...DEFAULTS]) {
      current.api = api;
      const response = await fetch(server.url + (at ?? path.replace("{id}", ID)), init);
      const method = (init.method ?? "GET").toLowerCase();
      const name = `${method} ${path} ${status}`;
      const told = response.status === status ? "" : await response.clone().text();
      expect(`${method} ${path} ${response.status}${told}`).toBe(name);
      seen.add(name);
      const responses = description.paths[path]?.[method]?.responses ?? description.paths[path]?.get?.responses;
      const described = responses?.[status] ?? responses?.default;
      await conforms(response, described!, name);
    }
    expect(statusesOf(description).filter((name) => !seen.has(name))).toEqual([]);
  });

  it("is a whole OpenAPI 3.1 document without a reference that leads nowhere", async () => {
    const server = await serve({});
    const { description } = await descriptionOf(server.url);
    expect(description.openapi).toBe("3.1.0");
    for (const [, ref = ""] of JSON.stringify(description).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      expect({ ref, found: at(description, ref.split("/")) !== undefined }).toEqual({ ref, found: true });
    }
  });
});

async function descriptionOf(url: string) {
  const description = (await (await fetch(`${url}/api/v1/openapi.json`)).json()) as Description;
  // Formats are said for people; the schemas hold without them.
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(description, "openapi");
  const conforms = async (response: Response, described: Described, name: string): Promise<void> => {
    const [type = ""] = (response.headers.get("content-type") ?? "").split(";");
    expect({ name, types: Object.keys(described.content) }).toEqual({ name, types: [type] });
    for (const header of Object.keys(described.headers ?? {})) {
      expect({ name, header, there: response.headers.has(header) }).toEqual({ name, header, there: true });
    }
    if (type !== "application/json") return;
    const ref = (described.content[type]!.schema as { $ref: string }).$ref;
    const valid = ajv.getSchema(`openapi${ref}`) ?? ajv.compile({ $ref: `openapi${ref}` });
    void valid(await response.json());
    expect({ name, errors: valid.errors ?? [] }).toEqual({ name, errors: [] });
  };
  return { description, conforms };
}

/** Every route with each status that it is said to have; a reload under way is shown by the tests of case 50. */
function statusesOf({ paths }: Description): readonly string[] {
  return Object.entries(paths)
    .flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, { responses }]) =>
        Object.keys(responses).map((status) => `${method} ${path} ${status}`),
      ),
    )
    .filter((name) => !name.endsWith(" default") && name !== "post /-/reload 409");
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((held, key) => (held as Record<string, unknown> | undefined)?.[key], value);
}

/** One server whose daemon is another at each request. */
function switching(current: () => Partial<Api>): Api {
  const all = fakeApi();
  return new Proxy(all, { get: (_, key) => Reflect.get({ ...all, ...current() }, key) as unknown });
}

function diagnostic(line: number, message: string) {
  return { file: "/chatbench.yml", line, column: 1, severity: "error", message } as const;
}

function summaryOf(record: RunRecord): RunSummary {
  const { id, scenario, target, trigger, state, verdict, reason, measurements, started_at, ended_at } = record;
  return { id, scenario, target, trigger, state, verdict, reason, measurements, started_at, ended_at };
}

function frozen(): FrozenScenario {
  return {
    ...{ name: "chat-api", script: "/load_tests/x.ts", objectives: [], params: {}, env: {}, secretNames: [] },
    target: { name: "chatbot", baseUrl: "http://127.0.0.1:8000" },
    load: { kind: "script" } as unknown as QueuedRun["scenario"]["load"],
  };
}
