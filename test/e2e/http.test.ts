import { afterEach, describe, expect, it } from "vitest";
import type { Api } from "../../src/http/index.ts";
import type { RunSummary } from "../../src/model/index.ts";
import { overviewReport } from "../../src/report/index.ts";
import { passing } from "../fixtures/records/runs.ts";
import { busy } from "../fixtures/records/views.ts";
import { ID, serveApi, type ServedApi } from "../support/http-api.ts";

const RECORD = passing(ID).record;
const state: { server?: ServedApi } = {};
const serve = async (...args: Parameters<typeof serveApi>): Promise<ServedApi> => {
  const server = await serveApi(...args);
  state.server = server;
  return server;
};
afterEach(() => state.server?.close());

describe("pages of runs", () => {
  const all: readonly RunSummary[] = Array.from({ length: 7 }, (_, index) => ({
    ...RECORD,
    id: `20261123T02000${6 - index}Z-chat-api-4k7q`,
  }));
  const paged: Partial<Api> = {
    runs: ({ limit, before }) =>
      Promise.resolve({ runs: all.filter(({ id }) => before === undefined || id < before).slice(0, limit) }),
  };

  it("follow each other without a gap or a repetition, and the last names no next", async () => {
    const server = await serve(paged);
    const ids: string[] = [];
    for (let next: string | undefined = ""; next !== undefined;) {
      const query: string = next === "" ? "" : `&before=${next}`;
      const page = (await (await fetch(`${server.url}/api/v1/runs?limit=3${query}`)).json()) as Page;
      ids.push(...page.runs.map(({ id }) => id));
      next = page.next;
    }
    expect(ids).toEqual(all.map(({ id }) => id));
  });

  it("are limited to what was asked for, 50 when nothing was", async () => {
    const asked: unknown[] = [];
    const server = await serve({ runs: (query) => Promise.resolve({ runs: (asked.push(query), []) }) });
    await fetch(`${server.url}/api/v1/runs`);
    await fetch(`${server.url}/api/v1/runs?scenario=chat-api&target=chatbot&trigger=cron&state=lost&limit=500`);
    expect(asked).toEqual([
      { limit: 51 },
      { scenario: "chat-api", target: "chatbot", trigger: "cron", state: "lost", limit: 501 },
    ]);
  });

  it.each([
    "limit=0",
    "limit=1e9",
    "limit=x",
    "before=x",
    "trigger=never",
    "state=pass",
    "scenario=../x",
    "limit=1&limit=2",
  ])("refuse %s", async (query) => {
    const server = await serve(paged);
    expect((await fetch(`${server.url}/api/v1/runs?${query}`)).status).toBe(400);
  });
});

describe("a page as it is served", () => {
  it("holds its own policy as a header, and no frame may hold it", async () => {
    const server = await serve({ status: () => Promise.resolve(busy()) });
    const response = await fetch(`${server.url}/`);
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("frame-ancestors 'none'");
    const meta = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(await response.text())?.[1];
    expect(policy.startsWith(`${meta ?? "no policy"};`)).toBe(true);
  });

  it("leads nowhere that is not answered", async () => {
    const status = busy();
    const overview = overviewReport([RECORD], [RECORD]).markup;
    const server = await serve({
      status: () => Promise.resolve(status),
      report: (id) => Promise.resolve({ html: id === undefined ? overview : "<!doctype html><title>r</title>" }),
      run: () => Promise.resolve({ record: RECORD }),
    });
    for (const page of ["/", "/report"]) {
      const text = await (await fetch(server.url + page)).text();
      const links = [...text.matchAll(/href="([^"#]+)"/g)].map(([, link = ""]) => new URL(link, server.url + page));
      const own = links.filter(({ origin }) => origin === server.url);
      expect(own.length).toBeGreaterThan(0);
      for (const { href } of own) expect({ href, status: (await fetch(href)).status }).toEqual({ href, status: 200 });
    }
  });
});

it("a HEAD has the headers of the GET and no body", async () => {
  const server = await serve({});
  const [head, get] = await Promise.all([
    fetch(`${server.url}/metrics`, { method: "HEAD" }),
    fetch(`${server.url}/metrics`),
  ]);
  expect(head.status).toBe(200);
  expect(head.headers.get("content-length")).toBe(get.headers.get("content-length"));
  expect(await head.text()).toBe("");
});

it("the metrics keep the content type that they were made for", async () => {
  const contentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";
  const server = await serve({ metrics: () => Promise.resolve({ contentType, text: "# EOF\n" }) });
  expect((await fetch(`${server.url}/metrics`)).headers.get("content-type")).toBe(contentType);
});

it("requests are measured by the pattern of their route", async () => {
  const server = await serve({});
  for (const path of [`/api/v1/runs/${ID}`, "/api/v1/runs/x", "/made-up", "/api/v1/runs"])
    await fetch(server.url + path);
  await fetch(server.url, { headers: {}, method: "PATCH" });
  await expect
    .poll(() => server.answers)
    .toEqual([
      { handler: "/api/v1/runs/:id", method: "GET", code: 404 },
      { handler: "/api/v1/runs/:id", method: "GET", code: 400 },
      { handler: "unmatched", method: "GET", code: 404 },
      { handler: "/api/v1/runs", method: "GET", code: 200 },
      { handler: "/", method: "PATCH", code: 405 },
    ]);
});

interface Page {
  readonly runs: readonly { readonly id: string }[];
  readonly next?: string;
}

it("a runbook is asked for by the name of its file alone", async () => {
  const asked: string[] = [];
  const html = "<!doctype html><title>r</title>";
  const server = await serve({
    runbook: (name) => (asked.push(name), Promise.resolve(name === "watchdog.md" ? { html } : undefined)),
  });
  const statusOf = async (name: string): Promise<number> => (await fetch(`${server.url}/runbooks/${name}`)).status;
  expect(await statusOf("watchdog.md")).toBe(200);
  for (const name of ["..%2F..%2Fpackage.md", "watchdog", "%2e%2e.md", "a%00.md", ".md", `${"a".repeat(81)}.md`, ""])
    expect([name, await statusOf(name)]).toEqual([name, 404]);
  expect(await statusOf("other.md")).toBe(404);
  expect(asked).toEqual(["watchdog.md", "other.md"]);
});
