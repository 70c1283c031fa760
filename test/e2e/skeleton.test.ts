import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../src/main.ts";
import type { RunRecord } from "../../src/model/index.ts";
import { isMachineOutput, testMachine } from "../support/machine.ts";

// From a command to a verdict: a server of known latency, the real k6, the real command line, its exit code.
const DELAY_MS = 20;
const SCRIPT = `
import http from "k6/http";
import { check } from "k6";
export default function () {
  const answer = http.get(__ENV.CHATBENCH_TARGET_URL + "/chat");
  check(answer, { good: (a) => a.status === 200 });
}
`;

const configFor = (url: string, limit: string): string => `
targets: { bot: { base_url: "${url}" } }
scenarios:
  chat:
    script: load_tests/chat.js
    target: bot
    pattern: { name: smoke, users: 5, duration: 4s, warmup: 1s }
    objectives: { latency_p95: "< ${limit}", error_rate: "< 1%" }
`;

describe("from a command to a verdict", () => {
  const folder = mkdtempSync(join(tmpdir(), "chatbench-skeleton-"));
  let server: Server;
  let url = "";

  beforeAll(async () => {
    server = createServer((_, response) => setTimeout(() => response.end("ok"), DELAY_MS));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    mkdirSync(join(folder, "load_tests"));
    writeFileSync(join(folder, "load_tests/chat.js"), SCRIPT);
  });
  afterAll(() => server.closeAllConnections());

  const run = async (limit: string, ...more: string[]): Promise<{ code: number; out: string; err: string }> => {
    writeFileSync(join(folder, "chatbench.yml"), configFor(url, limit));
    const machine = testMachine(folder);
    const code = await main(["run", "chat", ...more], machine);
    return { code, out: machine.printed.out(), err: machine.printed.err() };
  };

  it("passes a fast server, prints the table and keeps the record", async () => {
    const { code, out, err } = await run("200ms");
    expect({ code, err }).toMatchObject({ code: 0 });
    expect(out).toContain("P95");
    const id = /results\/(\S+)\/report\.html/.exec(err)?.[1] ?? "";
    const record = JSON.parse(readFileSync(join(folder, "results", id, "record.json"), "utf8")) as RunRecord;
    expect(record).toMatchObject({ state: "finished", verdict: "pass", telemetry: { prometheus: "none" } });
    expect(record.measurements.latency_p95?.value).toBeGreaterThan(DELAY_MS / 1000);
    expect(readFileSync(join(folder, "results", id, "report.html"), "utf8")).toContain("<svg");
  });

  it("fails a server that is slower than its objective, with exit code 1", async () => {
    const { code } = await run("10ms");
    expect(code).toBe(1);
  });

  it("prints one JSON document and nothing else with --json", async () => {
    const { code, out } = await run("200ms", "--json");
    expect(code).toBe(0);
    expect((JSON.parse(out) as { runs: RunRecord[] }).runs).toMatchObject([{ scenario: "chat", verdict: "pass" }]);
    expect(isMachineOutput(out)).toBe(true);
  });
});
