import { afterEach, expect, it } from "vitest";
import { ID, JSON_BEARER, serveApi, type ServedApi } from "../support/http-api.ts";
import { raw } from "../support/raw-http.ts";

const state: { server?: ServedApi } = {};
afterEach(() => state.server?.close());

it.each([
  { target_url: "http://169.254.169.254/" },
  { base_url: "http://169.254.169.254/" },
  { target: "http://169.254.169.254/" },
  { target: { base_url: "http://169.254.169.254/" } },
  { scenario: "../../etc/passwd" },
  { pattern: "/tmp/pattern.js" },
  { env: { K6_OUT: "influxdb=http://169.254.169.254" } },
])("59: a run is asked for by names of what is configured, never by an address: %j is refused", async (more) => {
  const started: unknown[] = [];
  const server = await serveApi({
    start: (order) => {
      started.push(order);
      return Promise.resolve({ kind: "queued", id: ID });
    },
  });
  state.server = server;
  const run = { method: "POST", path: "/api/v1/runs", headers: JSON_BEARER } as const;
  const answer = await raw(server.url, { ...run, chunks: [JSON.stringify({ scenario: "chat-api", ...more })] });
  expect({ status: answer.status, started }).toEqual({ status: 400, started: [] });
});
