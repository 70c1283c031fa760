import { afterEach, describe, expect, it } from "vitest";
import type { Api } from "../../src/http/index.ts";
import { StoreUnavailable, type RunId } from "../../src/model/index.ts";
import { BEARER, ID, JSON_BEARER, serveApi, type ServedApi } from "../support/http-api.ts";
import { raw, type RawAnswer } from "../support/raw-http.ts";

const state: { server?: ServedApi } = {};
const serve = async (...args: Parameters<typeof serveApi>): Promise<ServedApi> => {
  const server = await serveApi(...args);
  state.server = server;
  return server;
};
afterEach(() => state.server?.close());

interface Refused {
  readonly error: { readonly code: string; readonly message: string; readonly problems?: readonly string[] };
}
const errorOf = ({ text }: RawAnswer): Refused["error"] => (JSON.parse(text) as Refused).error;

const RUN = { method: "POST", path: "/api/v1/runs", headers: JSON_BEARER } as const;
const AWAY = { away: "The database is away." };

it("47: metrics, page and health are answered from memory within a second while the database is away", async () => {
  const never = new Promise<never>(() => undefined);
  const server = await serve({
    runs: () => never,
    run: () => Promise.resolve(AWAY),
    start: () => Promise.resolve(AWAY),
  });
  // Questions that hang on the database must not hold up those that need none.
  const hanging = new AbortController();
  const asked = Array.from({ length: 50 }, () => fetch(`${server.url}/api/v1/runs`, hanging).catch(() => undefined));
  for (const path of ["/metrics", "/", "/-/healthy", "/config"]) {
    const answer = await fetch(server.url + path, { signal: AbortSignal.timeout(1_000) });
    expect(answer.status).toBe(200);
  }
  for (const answer of [
    await raw(server.url, { path: `/api/v1/runs/${ID}` }),
    await raw(server.url, { ...RUN, chunks: ['{"scenario":"chat-api"}'] }),
  ]) {
    expect(answer.status).toBe(503);
    expect(answer.headers["retry-after"]).toBe("5");
    expect(errorOf(answer)).toEqual({ code: "database_away", message: AWAY.away });
  }
  hanging.abort();
  await Promise.all(asked);
});

it("47: a daemon that does not answer in time is told as 503, and its answer later harms nothing", async () => {
  const release: { now?: () => void } = {};
  const late = new Promise<{ runs: [] }>((resolve) => (release.now = () => resolve({ runs: [] })));
  const server = await serve({ runs: () => late }, { limits: { answerMs: 50 } });
  const answer = await raw(server.url, { path: "/api/v1/runs" });
  expect([answer.status, errorOf(answer).code]).toEqual([503, "timeout"]);
  release.now?.();
  expect((await raw(server.url, { path: "/metrics" })).status).toBe(200);
  expect(server.logged).toEqual([]);
});

describe("50: POST /-/reload", () => {
  const file = "/etc/chatbench.yml";
  const problems = [
    { file, line: 3, column: 5, severity: "error", message: 'unknown key "targts"' },
    { file, line: 9, column: 1, severity: "error", message: "there is no zone Europe/Berln" },
  ] as const;
  const reload = { method: "POST", path: "/-/reload", headers: BEARER };

  it("gives all problems of a file that was not taken", async () => {
    const server = await serve({ reload: () => Promise.resolve({ problems }) });
    const answer = await raw(server.url, reload);
    expect(answer.status).toBe(400);
    expect(errorOf(answer).problems).toEqual([
      `${file}:3:5: error: unknown key "targts"`,
      `${file}:9:1: error: there is no zone Europe/Berln`,
    ]);
    expect(errorOf(answer)).toMatchObject({ code: "configuration_refused", diagnostics: problems });
  });

  it("is not taken by GET, without the token, or while another is under way", async () => {
    const release: { now?: () => void } = {};
    const count = { reloads: 0 };
    const api: Partial<Api> = {
      reload: async () => {
        count.reloads += 1;
        await new Promise<void>((resolve) => (release.now = resolve));
        return { problems: [] };
      },
    };
    const server = await serve(api);
    const get = await raw(server.url, { path: "/-/reload" });
    expect([get.status, get.headers.allow]).toEqual([405, "POST"]);
    expect((await raw(server.url, { method: "POST", path: "/-/reload" })).status).toBe(401);
    expect(count.reloads).toBe(0);
    const first = raw(server.url, reload);
    await expect.poll(() => count.reloads).toBe(1);
    expect((await raw(server.url, reload)).status).toBe(409);
    release.now?.();
    expect((await first).status).toBe(200);
    expect(count.reloads).toBe(1);
  });
});

describe("55: 1,000 runs asked for at once", () => {
  const QUEUE = 100;
  /** As the store decides it: by key, then by the room there is. */
  const queue = () => {
    const byKey = new Map<string, RunId>();
    const start: Api["start"] = async (_body, key = "") => {
      await Promise.resolve();
      const known = byKey.get(key);
      if (known !== undefined) return { kind: "known", id: known };
      if (byKey.size >= QUEUE) return { kind: "full", queued: byKey.size };
      const id = `20261123T020000Z-chat-api-${String(byKey.size).padStart(4, "0")}` as RunId;
      byKey.set(key, id);
      return { kind: "queued", id };
    };
    return { byKey, start };
  };
  const ask = (url: string, keyOf: (index: number) => string) =>
    Promise.all(
      Array.from({ length: 1_000 }, async (_, index) => {
        const headers = { ...JSON_BEARER, "idempotency-key": keyOf(index) };
        const answer = await fetch(`${url}/api/v1/runs`, { method: "POST", headers, body: '{"scenario":"chat-api"}' });
        const { status } = answer;
        await answer.arrayBuffer();
        return { status, location: answer.headers.get("location"), retry: answer.headers.get("retry-after") };
      }),
    );

  it("55: with one Idempotency-Key are one run, and all are told of it", async () => {
    const { byKey, start } = queue();
    const server = await serve({ start });
    const answers = await ask(server.url, () => "the-same");
    expect(byKey.size).toBe(1);
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(999);
    expect(new Set(answers.map(({ location }) => location)).size).toBe(1);
  });

  it("55: with keys of their own fill the queue, and the others are told when to come again", async () => {
    const { byKey, start } = queue();
    const server = await serve({ start });
    const answers = await ask(server.url, String);
    expect(byKey.size).toBe(QUEUE);
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(QUEUE);
    const full = answers.filter(({ status }) => status === 429);
    expect(full).toHaveLength(1_000 - QUEUE);
    expect(full.every(({ retry }) => Number(retry) > 0)).toBe(true);
  });
});

describe("56: a body", () => {
  const large = JSON.stringify({ scenario: "x".repeat(64 * 1024) });
  const half = [large.slice(0, 40_000), large.slice(40_000)];
  it.each([
    ["of more than 64 KiB", 413, { chunks: [large], headers: { ...JSON_BEARER, "content-length": large.length } }],
    ["of more than 64 KiB that comes in chunks without its length", 413, { chunks: half, headers: JSON_BEARER }],
    ["that is no JSON", 400, { chunks: ['{"scenario":'], headers: JSON_BEARER }],
    ["that is JSON but no object", 400, { chunks: ['["chat-api"]'], headers: JSON_BEARER }],
    ["that is missing", 400, { headers: JSON_BEARER }],
    ["of a form", 415, { chunks: ["scenario=chat-api"], headers: { ...BEARER, "content-type": "text/plain" } }],
    ["of no type", 415, { chunks: ["{}"], headers: BEARER }],
    ["that is compressed", 415, { chunks: ["{}"], headers: { ...JSON_BEARER, "content-encoding": "gzip" } }],
    ["with an own __proto__", 400, { chunks: ['{"scenario":"a","__proto__":{"b":1}}'], headers: JSON_BEARER }],
    ["with an address", 400, { chunks: ['{"scenario":"http://169.254.169.254/"}'], headers: JSON_BEARER }],
  ])("%s is refused in JSON, without a stack, and starts nothing", async (_name, status, options) => {
    const count = { starts: 0 };
    const start: Api["start"] = () => Promise.resolve({ kind: "queued", id: ((count.starts += 1), ID) });
    const server = await serve({ start });
    const answer = await raw(server.url, { ...RUN, ...options });
    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(answer.text).not.toMatch(/node_modules|at \w+ \(|<html/);
    expect(errorOf(answer).message).toMatch(/\.$/);
    expect(count.starts).toBe(0);
    expect(server.logged).toEqual([]);
  });

  it("with a misspelt key is refused with the keys that there are", async () => {
    const server = await serve({});
    const answer = await raw(server.url, { ...RUN, chunks: ['{"scenario":"chat-api","usres":3,"users":0}'] });
    expect(errorOf(answer).problems).toEqual([
      "users: too small: expected number to be >=1",
      'unknown key "usres" in the body; known: scenario, target, pattern, users, duration_seconds, revision, trigger',
    ]);
  });

  it("where none is wanted is refused unless it is empty", async () => {
    const server = await serve({});
    const reload = { method: "POST", path: "/-/reload", headers: JSON_BEARER };
    expect((await raw(server.url, { ...reload, chunks: ['{"file":"/etc/passwd"}'] })).status).toBe(400);
    expect((await raw(server.url, { ...reload, chunks: ["{}"] })).status).toBe(200);
  });
});

describe("57: the id of a run", () => {
  it.each([
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "..",
    ".",
    "%2e%2e",
    "a".repeat(300),
    "%zz",
    "CON",
    `${ID}%0a`,
    `${ID}%2f..`,
  ])("%j is refused before anything is asked", async (id) => {
    const asked: string[] = [];
    const note = (what: string) => (asked.push(what), Promise.resolve(undefined));
    const server = await serve({
      run: note,
      report: (run = "all" as RunId) => note(run),
      abort: (run) => (asked.push(run), Promise.resolve({ kind: "unknown" })),
    });
    for (const options of [
      { path: `/api/v1/runs/${id}` },
      { path: `/api/v1/runs/${id}/report` },
      { path: `/api/v1/runs/${id}/abort`, method: "POST", headers: BEARER },
      { path: `/${id}/report.html` },
    ]) {
      const answer = await raw(server.url, options);
      expect(answer.status).toBe(400);
      expect(errorOf(answer).code).toBe("bad_request");
    }
    expect(asked).toEqual([]);
  });

  it("that no header could hold is refused in JSON too", async () => {
    const server = await serve({});
    const answer = await raw(server.url, { path: `/api/v1/runs/${"a".repeat(40_000)}` });
    expect([answer.status, errorOf(answer).code]).toEqual([431, "bad_request"]);
  });
});

describe("64: a browser on another site", () => {
  it.each([
    "evil.example",
    "evil.example:8640",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "192.0.2.1",
    "[::2]",
    "@",
  ])("that reaches this machine as %j learns nothing", async (host) => {
    const server = await serve({});
    for (const path of ["/", "/config", "/api/v1/runs", "/nothing"]) {
      const answer = await raw(server.url, { path, headers: { host } });
      expect([answer.status, errorOf(answer).code]).toEqual([421, "wrong_host"]);
    }
  });

  it.each(["localhost", "localhost:1", "LOCALHOST.", "127.0.0.1", "[::1]:8640", "bench.example", "bench.example:443"])(
    "is told from who asks for %s",
    async (host) => {
      const server = await serve({}, { allowedHosts: () => ["bench.example"] });
      expect((await raw(server.url, { path: "/", headers: { host } })).status).toBe(200);
    },
  );

  it("can change nothing: no form can send the token, and no answer lets another site in", async () => {
    const server = await serve({});
    const origin = { origin: "https://evil.example" };
    const form = { ...origin, "content-type": "application/x-www-form-urlencoded" };
    const posted = await raw(server.url, { ...RUN, headers: form, chunks: ["scenario=chat-api"] });
    expect(posted.status).toBe(401);
    const asking = { ...origin, "access-control-request-method": "POST" };
    const preflight = await raw(server.url, { ...RUN, method: "OPTIONS", headers: asking });
    expect([preflight.status, preflight.headers.allow]).toEqual([405, "GET, HEAD, POST"]);
    for (const answer of [posted, preflight, await raw(server.url, { path: "/api/v1/runs", headers: origin })]) {
      expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control-"))).toEqual([]);
      expect(answer.headers["x-frame-options"]).toBe("DENY");
      expect(answer.headers["x-content-type-options"]).toBe("nosniff");
      expect(answer.headers["referrer-policy"]).toBe("no-referrer");
      expect(answer.headers["x-powered-by"]).toBeUndefined();
    }
  });
});

describe("what fails inside", () => {
  it("is logged, and told without its details", async () => {
    const server = await serve({ runs: () => Promise.reject(new Error("password=hunter2 in /srv/x.ts")) });
    const answer = await raw(server.url, { path: "/api/v1/runs" });
    expect(answer.status).toBe(500);
    expect(errorOf(answer)).toEqual({
      code: "internal",
      message: "Something in the daemon failed: its log says what.",
    });
    expect(server.logged).toMatchObject([{ level: "error", fields: { handler: "/api/v1/runs", method: "GET" } }]);
    expect(server.logged[0]?.fields?.error).toContain("hunter2");
  });

  it("is told as 503 when it is the database", async () => {
    const server = await serve({ runs: () => Promise.reject(new StoreUnavailable("connect ECONNREFUSED")) });
    const answer = await raw(server.url, { path: "/api/v1/runs" });
    expect([answer.status, errorOf(answer).code, answer.headers["retry-after"]]).toEqual([503, "database_away", "5"]);
  });
});
