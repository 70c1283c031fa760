import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { main } from "../../src/main.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { testMachine, type TestMachine } from "../support/machine.ts";

// Bad input gets one clear sentence, on standard error, and makes no load.
const SCRIPT = `import http from "k6/http"; export default function () { http.get(__ENV.CHATBENCH_TARGET_URL); }`;

let server: TestServer;
let folder = "";

beforeEach(async () => {
  server = await startServer();
  folder = mkdtempSync(join(tmpdir(), "chatbench-cli-"));
  mkdirSync(join(folder, "load_tests"));
  writeFileSync(join(folder, "load_tests/chat.js"), SCRIPT);
  configure();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

function configure(scenario = "", more = ""): void {
  writeFileSync(
    join(folder, "chatbench.yml"),
    `targets:\n  bot: { base_url: "${server.url}" }\nscenarios:\n  chat:\n    script: load_tests/chat.js\n    target: bot\n    pattern: { name: smoke, users: 2, duration: 2s, warmup: 1s }\n${scenario}${more}`,
  );
}

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly machine: TestMachine;
}

async function chatbench(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const machine = testMachine(folder, { env });
  const code = await main(args, machine);
  return { code, out: machine.printed.out(), err: machine.printed.err(), machine };
}

describe("wrong usage makes no load and says what, where and what to do", () => {
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    ["an unknown scenario", ["run", "chta"], 'there is no scenario "chta"'],
    ["a near miss of a scenario", ["run", "chta"], 'did you mean "chat"?'],
    ["an unknown pattern", ["run", "--pattern", "spyke"], 'did you mean "spike"?'],
    ["an unknown target", ["run", "--target", "bto"], 'did you mean "bot"?'],
    ["zero users", ["run", "-u", "0"], "it must be a whole number of at least 1"],
    ["half a user", ["run", "-u", "1.5"], "it must be a whole number of at least 1"],
    ["a duration without unit", ["run", "-d", "30"], "30s"],
    ["an unknown command", ["rnu"], "Did you mean run?"],
    ["an unknown option", ["run", "--user", "5"], "Did you mean --users?"],
    ["a run id that climbs", ["show", "../../etc/passwd"], "is not a run id"],
    ["a run that is not there", ["show", "20260101T000000Z-chat-aaaa"], "There are no results"],
    ["a configuration that is not there", ["-c", "none.yml", "run"], "chatbench init"],
  ];
  it.each(cases)("%s", async (_, args, sentence) => {
    const { code, out, err } = await chatbench(args);
    expect(err).toContain(sentence);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(server.seen).toHaveLength(0);
  });

  it("tells every problem of a configuration at once, each with its line", async () => {
    configure('    objectvies: {}\n    objectives: { latency_p95: "< 200" }\n');
    const { code, err } = await chatbench(["run"]);
    expect(code).toBe(2);
    expect(err).toMatch(/chatbench\.yml:8:5: error: .*objectives/);
    expect(err).toMatch(/chatbench\.yml:9:\d+: error: .*200ms/);
  });
});

it("--target: one that cannot tell what the scenario asks for is refused before any load", async () => {
  const redis = "redis: { url: { env: REDIS } }";
  writeFileSync(
    join(folder, "chatbench.yml"),
    `targets: { bot: { base_url: "${server.url}", ${redis} }, bare: { base_url: "${server.url}" } }\nscenarios:\n  chat:\n    script: load_tests/chat.js\n    target: bot\n    pattern: { name: smoke, users: 1, duration: 1s }\n    objectives: { cache_hit_ratio: "> 30%" }\n`,
  );
  const { code, out, err } = await chatbench(["run", "chat", "--target", "bare"], { REDIS: "redis://127.0.0.1:9" });
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain("scenario chat: cache_hit_ratio: nothing of bare tells it: give the target a redis");
  expect(server.seen).toHaveLength(0);
});

describe("what cannot run is an error with its reason, exit code 4, and is kept", () => {
  it("case 14: a named folder without any k6 says where it looked and how to get one", async () => {
    const { code, err } = await chatbench(["validate"], { PATH: folder, CHATBENCH_K6: join(folder, "no-k6") });
    expect(code).toBe(2);
    expect(err).toContain("no-k6 does not exist");
    expect(err).toContain("npm run setup");
  });

  it("case 15: a k6 out of range is refused by both versions", async () => {
    const old = join(folder, "k6");
    writeFileSync(old, '#!/bin/sh\necho "k6 v1.8.1 (go1.24, linux/amd64)"\n');
    chmodSync(old, 0o755);
    const { code, out } = await chatbench(["run", "--json"], { CHATBENCH_K6: old });
    expect(code).toBe(4);
    const [record] = (
      JSON.parse(out) as { runs: { state: string; verdict: null; reason: { code: string; text: string } }[] }
    ).runs;
    expect(record).toMatchObject({ state: "error", verdict: null, reason: { code: "engine_version" } });
    expect(record?.reason.text).toContain("is 1.8.1; wanted >= 2.2 and < 3");
  });

  it("case 37: a results folder that is a file is named", async () => {
    writeFileSync(join(folder, "results"), "");
    const { code, out } = await chatbench(["run", "--json"]);
    expect(code).toBe(4);
    expect(out).toContain(join(folder, "results"));
    expect(out).toContain("before it made any load");
    expect((await chatbench(["run"])).err).not.toContain("Report: ");
  });

  it("a script that cannot be used is told by validate and by run", async () => {
    writeFileSync(join(folder, "load_tests/chat.js"), "export default function () { this is }");
    const validated = await chatbench(["validate"]);
    expect(validated).toMatchObject({ code: 2 });
    expect(validated.err).toContain("scenario chat: k6 cannot use the script");
    const ran = await chatbench(["run", "--json"]);
    expect(ran.code).toBe(4);
    expect(ran.out).toContain("script_broken");
  });
});

it("validate that is stopped ends the script that it waits for, and leaves nothing behind", async () => {
  writeFileSync(join(folder, "load_tests/chat.js"), "while (true) {}\nexport default function () {}");
  const temporary = join(folder, "tmp");
  mkdirSync(temporary);
  vi.stubEnv("TMPDIR", temporary);
  const machine = testMachine(folder);
  const ended = main(["validate"], machine);
  await vi.waitFor(() => expect(readdirSync(temporary, { recursive: true }).join()).toContain("k6-config"), 20_000);
  machine.signal("SIGINT");
  expect(await ended).toBe(130);
  expect(machine.printed.err()).toContain("stopped before every script was asked");
  expect(readdirSync(temporary)).toEqual([]);
});

describe("the way of a first user", () => {
  it("init, validate, run, runs, show and report work one after the other", async () => {
    const fresh = mkdtempSync(join(tmpdir(), "chatbench-first-"));
    folder = fresh;
    expect((await chatbench(["init"])).code).toBe(0);
    expect((await chatbench(["init"])).err).toContain("exists already");
    writeFileSync(
      join(fresh, "chatbench.yml"),
      readFileSync(join(fresh, "chatbench.yml"), "utf8")
        .replace("http://127.0.0.1:8000", server.url)
        .replace("pattern: smoke", "pattern: { name: smoke, users: 3, duration: 3s, warmup: 1s }"),
    );
    expect(await chatbench(["validate"])).toMatchObject({ code: 0 });
    const ran = await chatbench(["run"]);
    expect(ran.err).toContain("Report: ");
    const shown = await chatbench(["show", "latest"]);
    expect(shown.code).toBe(0);
    expect(shown.out).toBe(ran.out);
    expect((await chatbench(["runs"])).out).toContain("chat-api");
    const page = (await chatbench(["report"])).out.trim();
    expect(readFileSync(page, "utf8")).toContain("chat-api");
  });
});

it("the overview links to no run that retention has taken away", async () => {
  configure("", "results: { keep_runs: 1 }\n");
  const [first, second] = [await chatbench(["run", "--json"]), await chatbench(["run", "--json"])];
  const idOf = ({ out }: Outcome): string => (JSON.parse(out) as { runs: { id: string }[] }).runs[0]?.id ?? "";
  expect(existsSync(join(folder, "results", idOf(first)))).toBe(false);
  const page = readFileSync(join(folder, "results/report.html"), "utf8");
  expect(page).toContain(`${idOf(second)}/report.html`);
  expect(page).not.toContain(`${idOf(first)}/report.html`);
});

describe("a page that cannot be written is told, and nobody is sent to it", () => {
  it("report: without results there is nothing to report", async () => {
    const { code, out, err } = await chatbench(["report"]);
    expect({ code, out }).toEqual({ code: 4, out: "" });
    expect(err).toContain(`${join(folder, "results")} does not exist`);
    expect(err).toContain("`chatbench run` makes the first run");
  });

  it("run and report: the overview's place is taken", async () => {
    mkdirSync(join(folder, "results/report.html"), { recursive: true });
    const ran = await chatbench(["run"]);
    expect(ran.err).toContain("Report: ");
    expect(ran.err).toContain(`${join(folder, "results/report.html")} is a folder`);
    const { code, out, err } = await chatbench(["report"]);
    expect({ code, out }).toEqual({ code: 4, out: "" });
    expect(err).toContain("is a folder");
  });
});

describe("a person at the terminal", () => {
  it("case 26: Ctrl-C ends the load, keeps what was measured, and exits 130", async () => {
    configure("", "");
    const machine = testMachine(folder);
    const before = server.seen.length;
    const running = main(["run", "-d", "60s", "--json"], machine);
    await vi.waitFor(() => expect(server.seen.length - before).toBeGreaterThan(20), { timeout: 20_000 });
    machine.signal("SIGINT");
    expect(await running).toBe(130);
    const { runs } = JSON.parse(machine.printed.out()) as {
      runs: { state: string; aborted_by: string; verdict: null; measurements: object }[];
    };
    expect(runs).toMatchObject([{ state: "aborted", aborted_by: "person", verdict: null }]);
    expect(runs[0]?.measurements).toHaveProperty("requests");
  });

  it("a terminal gets a bar drawn over itself; a pipe gets plain lines", async () => {
    const terminal = testMachine(folder, { terminal: true, env: { TERM: "xterm" } });
    await main(["run"], terminal);
    expect(terminal.printed.err()).toContain("░");
    const pipe = await chatbench(["run"]);
    expect(pipe.err).toMatch(/chat: \d+\/3 s .* users .*P95/);
    expect(pipe.err + pipe.out).not.toContain("\u001b");
  });
});
