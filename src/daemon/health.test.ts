import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { answer, startServer, type TestServer } from "../../test/support/server.ts";
import type { Config } from "../model/index.ts";
import { systemClock } from "../platform/clock.ts";
import { freePort } from "../platform/network.ts";
import { createHealth, type Health } from "./health.ts";

const ANSWER = JSON.stringify({ status: "success", data: { resultType: "scalar", result: [1, "1"] } });
const logged: string[] = [];
const say = (text: string): void => void logged.push(text);
let folder: string;
let prometheus: TestServer;
let config: Pick<Config, "results" | "prometheus">;
let health: Health;

beforeEach(async () => {
  logged.splice(0);
  folder = await mkdtemp(join(tmpdir(), "chatbench-health-"));
  prometheus = await startServer(answer({ body: ANSWER }));
  config = { results: { folder, keepRuns: 1, keepDays: 1 } };
  health = createHealth({
    configuration: { current: () => config },
    engine: { version: () => Promise.resolve({ version: "2.2.0" }) },
    glimpse: { health: () => ({ ok: true, text: "The database answers.", seconds: 0 }) },
    log: { info: say, warn: say, error: say },
    clock: systemClock,
  });
});
afterEach(async () => {
  await prometheus.close();
  await rm(folder, { recursive: true, force: true });
});

const wellness = (): Record<string, boolean> => Object.fromEntries(health.parts().map(({ part, ok }) => [part, ok]));

it("looks at the Prometheus that the configuration names", async () => {
  config = { ...config, prometheus: { url: prometheus.url } };
  await health.look();
  expect(wellness()).toEqual({ database: true, k6: true, records: true, prometheus: true });
  expect(health.prometheusUrl()).toBe(prometheus.url);
});

it("one that is away is said, and hinders no run", async () => {
  const url = `http://127.0.0.1:${String(await freePort())}`;
  config = { ...config, prometheus: { url } };
  await health.look();
  expect(wellness()).toEqual({ database: true, k6: true, records: true, prometheus: false });
  expect(health.obstacles()).toEqual([]);
  expect(logged).toEqual([`Prometheus at ${url} does not answer (ECONNREFUSED): series of runs are not kept.`]);
});

it("where none is named there is no such part, so nothing tells that it fails, and one that was named is forgotten", async () => {
  config = { ...config, prometheus: { url: prometheus.url } };
  await health.look();
  config = { results: config.results };
  await health.look();
  expect(wellness()).toEqual({ database: true, k6: true, records: true });
  expect(health.prometheusUrl()).toBeUndefined();
  expect(logged).toEqual([]);
});
