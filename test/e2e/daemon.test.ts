import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { main } from "../../src/main.ts";
import type { RunRecord } from "../../src/model/index.ts";
import { configure, startDaemon, type TestDaemon } from "../support/daemon.ts";
import { testMachine, type TestMachine } from "../support/machine.ts";
import { startServer, type TestServer } from "../support/server.ts";

// The daemon with real k6, its embedded database and its own HTTP, in the test's process.
const SHORT = "pattern: { name: smoke, users: 2, duration: 2s, warmup: 1s }";
const LONG = "pattern: { name: smoke, users: 2, duration: 60s, warmup: 1s }";

let server: TestServer;
let folder = "";
let daemon: TestDaemon | undefined;

beforeEach(async () => {
  server = await startServer();
  folder = await mkdtemp(join(tmpdir(), "chatbench-daemon-"));
  await configure(folder, { baseUrl: server.url, scenarios: { chat: SHORT, long: LONG } });
});
afterEach(async () => {
  await daemon?.stop();
  daemon = undefined;
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(env: Record<string, string> = {}): Promise<TestDaemon> {
  return (daemon = await startDaemon(folder, env));
}

async function chatbench(
  args: readonly string[],
  machine = testMachine(folder),
): Promise<{ code: number; machine: TestMachine }> {
  return { code: await main(args, machine), machine };
}

describe("a run through the daemon", () => {
  it("is queued, run by k6, judged, on disk, in the list, on /metrics and on its page", async () => {
    const { start: ask, ended, get, metrics } = await start();
    const id = await ask("chat");
    const record = await ended(id);
    expect(record).toMatchObject({ id, state: "finished", verdict: "pass", trigger: "manual" });
    const onDisk = JSON.parse(await readFile(join(folder, "results", id, "record.json"), "utf8")) as RunRecord;
    expect(onDisk).toEqual(record);
    const list = (await (await get("/api/v1/runs")).json()) as { runs: { id: string; verdict: string }[] };
    expect(list.runs).toMatchObject([{ id, verdict: "pass" }]);
    expect(await metrics()).toContain(
      'chatbench_last_run_verdict{scenario="chat",target="bot",trigger="manual",verdict="pass"} 1',
    );
    expect(await (await get(`/api/v1/runs/${id}/report`)).text()).toContain(id);
    expect(await (await get("/report")).text()).toContain(`${id}/report.html`);
    expect((await get(`/${id}/report.html`)).status).toBe(200);
  });

  it("looks on the command line as without a daemon, and --json is the record alone", async () => {
    const { get } = await start();
    const { code, machine } = await chatbench(["run", "chat"]);
    expect(code).toBe(0);
    expect(machine.printed.out()).toMatch(/^PASS chat/);
    expect(machine.printed.err()).toContain("report.html");
    const json = await chatbench(["run", "chat", "--json", "--revision", "3f2c1ab"]);
    const { runs } = JSON.parse(json.machine.printed.out()) as { runs: RunRecord[] };
    expect(runs).toMatchObject([{ scenario: "chat", verdict: "pass", revision: "3f2c1ab" }]);
    const { runs: listed } = (await (await get("/api/v1/runs")).json()) as { runs: unknown[] };
    expect(listed).toHaveLength(2); // both went through its queue
  });

  it("is stopped by Ctrl-C on the command line, and what was measured is kept", async () => {
    await start();
    const machine = testMachine(folder);
    const running = chatbench(["run", "long"], machine);
    await expect.poll(() => machine.printed.err(), { timeout: 30_000 }).toContain("users");
    machine.signal("SIGINT");
    expect((await running).code).toBe(130);
    expect(machine.printed.out()).toContain("ABORTED");
  });

  it("one target runs one at a time, in the order in which they were asked for; `runs` shows both", async () => {
    const { start: ask, reaches, ended, post } = await start();
    const first = await ask("long");
    await reaches(first, "running");
    const second = await ask("chat");
    await reaches(second, "queued");
    const { machine } = await chatbench(["runs"]);
    expect(machine.printed.out()).toMatch(new RegExp(`${first} +Running`));
    expect(machine.printed.out()).toMatch(new RegExp(`${second} +Queued`));
    const shown = await chatbench(["show", second]);
    expect(shown.machine.printed.err()).toContain(`${second} has not ended: it waits in the queue, 0 before it.`);
    expect((await post(`/api/v1/runs/${first}/abort`)).status).toBe(202);
    expect(await ended(first)).toMatchObject({ state: "aborted", aborted_by: "person" });
    expect(await ended(second)).toMatchObject({ state: "finished", verdict: "pass" });
  });

  it("55: a thousand parallel orders with one key are one run", async () => {
    const { post, start: ask, reaches } = await start();
    const blocker = await ask("long");
    await reaches(blocker, "running");
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, () => post("/api/v1/runs", { scenario: "chat" }, { "idempotency-key": "night-7" })),
    );
    const bodies = (await Promise.all(answers.map((answer) => answer.json()))) as { id?: string }[];
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 202]));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(new Set(bodies.map(({ id }) => id)).size).toBe(1);
  });

  it("55: orders with keys of their own fill the queue, and the rest hear 429 with when to come back", async () => {
    await configure(folder, {
      baseUrl: server.url,
      scenarios: { chat: SHORT, long: LONG },
      more: "queue: { length: 5 }\n",
    });
    const { post, start: ask, reaches } = await start();
    await reaches(await ask("long"), "running");
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, at) =>
        post("/api/v1/runs", { scenario: "chat" }, { "idempotency-key": `k${at}` }),
      ),
    );
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(5);
    const full = answers.filter(({ status }) => status === 429);
    expect(full).toHaveLength(35);
    expect(full[0]?.headers.get("retry-after")).toMatch(/^\d+$/);
  });
});

describe("the daemon's life", () => {
  it("26: stopped in the middle of a run, it ends in good order with the run kept as aborted by the shutdown", async () => {
    const { start: ask, reaches } = await start();
    const id = await ask("long");
    await reaches(id, "running");
    const from = Date.now();
    expect(await daemon?.stop()).toBe(0);
    daemon = undefined;
    expect(Date.now() - from).toBeLessThan(25_000);
    const record = JSON.parse(readFileSync(join(folder, "results", id, "record.json"), "utf8")) as RunRecord;
    expect(record).toMatchObject({ state: "aborted", aborted_by: "shutdown" });
    expect(existsSync(join(folder, "results/.daemon.json"))).toBe(false);
  });

  it("shows the same gauges and the same list after a restart", async () => {
    const first = await start();
    await first.ended(await first.start("chat"));
    const gauges = async (from: TestDaemon): Promise<string[]> =>
      (await from.metrics())
        .split("\n")
        .filter((line) => line.startsWith("chatbench_last_run_"))
        .sort();
    const before = await gauges(first);
    expect(before.length).toBeGreaterThan(10);
    await first.stop();
    const second = await start();
    expect(await gauges(second)).toEqual(before);
    const list = (await (await second.get("/api/v1/runs")).json()) as { runs: unknown[] };
    expect(list.runs).toHaveLength(1);
  });

  it("stores runs that the command line made while it was down", async () => {
    expect((await chatbench(["run", "chat"])).code).toBe(0);
    const { get } = await start();
    const stored = async (): Promise<number> =>
      ((await (await get("/api/v1/runs")).json()) as { runs: unknown[] }).runs.length;
    await expect.poll(stored, { timeout: 20_000 }).toBe(1);
  });

  it("34: a second daemon on the same results is refused by name", async () => {
    const { machine } = await start();
    const { code, machine: other } = await chatbench(["serve", "--listen", "127.0.0.1:0"]);
    expect(code).toBe(4);
    expect(other.printed.err()).toContain(`kept by the daemon with pid ${String(machine.pid)}`);
  });

  it("a port that is in use is named, and nothing is left behind", async () => {
    const port = new URL(server.url).port;
    const { code, machine } = await chatbench(["serve", "--listen", `127.0.0.1:${port}`]);
    expect(code).toBe(4);
    expect(machine.printed.err()).toContain(`127.0.0.1:${port}`);
    expect(existsSync(join(folder, "results/.daemon.json"))).toBe(false);
    await start(); // the database was let go
  });

  it("37: results that cannot be written are named with their path", async () => {
    await writeFile(join(folder, "results"), "a file");
    const { code, machine } = await chatbench(["serve", "--listen", "127.0.0.1:0"]);
    expect(code).toBe(4);
    expect(machine.printed.err()).toContain(join(folder, "results"));
  });

  it("14: without k6 it is up and not ready, says so, and refuses runs with the reason", async () => {
    const { get, post, metrics } = await start({ CHATBENCH_K6: join(folder, "no-k6") });
    const ready = await get("/-/ready");
    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain("no-k6");
    const refused = await post("/api/v1/runs", { scenario: "chat" });
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ error: { code: "no_engine", reason: "engine_missing" } });
    expect(await metrics()).toContain('chatbench_scrape_collector_success{collector="k6"} 0');
  });
});

describe("50: reload", () => {
  it("takes a good file, keeps the old one when the new is bad, tells all problems, and gauges tell", async () => {
    const { post, get, metrics } = await start();
    const scenarios = async (): Promise<string[]> =>
      ((await (await get("/api/v1/scenarios")).json()) as { scenarios: { name: string }[] }).scenarios.map(
        ({ name }) => name,
      );
    const path = join(folder, "chatbench.yml");
    const good = await readFile(path, "utf8");
    await writeFile(path, good.replace("chat:", "talk:").replace("bot, pattern", "nobody, patern"));
    const refused = await post("/-/reload");
    expect(refused.status).toBe(400);
    const { error } = (await refused.json()) as { error: { problems: string[] } };
    expect(error.problems.join("\n")).toMatch(/chatbench\.yml:\d+:\d+: error: .*nobody[^]*patern/);
    expect(await scenarios()).toEqual(["chat", "long"]);
    expect(await metrics()).toContain("chatbench_config_last_reload_successful 0");

    await writeFile(path, good.replace("  chat:", "  talk:"));
    expect((await post("/-/reload")).status).toBe(200);
    expect(await scenarios()).toEqual(["talk", "long"]);
    const page = await metrics();
    expect(page).toContain("chatbench_config_last_reload_successful 1");
    expect(page).toContain('scenario="talk"');
    expect(page).not.toContain('scenario="chat"'); // vanished scenarios vanish
  });

  it("13: a queued run keeps the scenario that it was asked for with", async () => {
    const { post, start: ask, reaches, ended } = await start();
    const first = await ask("long");
    await reaches(first, "running");
    const second = await ask("chat");
    const path = join(folder, "chatbench.yml");
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replace(/^ {2}chat:.*$/m, ""));
    expect((await post("/-/reload")).status).toBe(200);
    await post(`/api/v1/runs/${first}/abort`);
    expect(await ended(second)).toMatchObject({ scenario: "chat", state: "finished", verdict: "pass" });
  });
});
