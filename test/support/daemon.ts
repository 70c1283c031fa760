import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { main } from "../../src/main.ts";
import type { RunRecord } from "../../src/model/index.ts";
import { FAKES, ROOT } from "./k6.ts";
import { codeOf, testMachine, type TestMachine } from "./machine.ts";
import { stopChild } from "./children.ts";

const PATIENCE_MS = 60_000;
/** Not `expect.poll`, which knows of one test at a time only. */
const POLL = { timeout: PATIENCE_MS, interval: 25 };

/** A folder with a configuration of scenarios, each one line of YAML below its name; `more` is for the end of the file. */
export interface DaemonConfig {
  readonly baseUrl?: string;
  /** By name: what stands in the braces of a scenario beside script and target. */
  readonly scenarios: Readonly<Record<string, string>>;
  readonly more?: string;
  readonly script?: string;
}

const SCRIPT = `import http from "k6/http"; export default function () { http.get(__ENV.CHATBENCH_TARGET_URL); }`;

export async function configure(folder: string, config: DaemonConfig): Promise<void> {
  await mkdir(join(folder, "load_tests"), { recursive: true });
  await writeFile(join(folder, "load_tests/chat.js"), config.script ?? SCRIPT);
  const target = config.baseUrl ?? "http://127.0.0.1:9";
  const scenarios = Object.entries(config.scenarios).map(
    ([name, rest]) =>
      `  ${name}: { script: load_tests/chat.js, ${rest.includes("target:") ? "" : "target: bot, "}${rest} }\n`,
  );
  const text = `targets:\n  bot: { base_url: "${target}" }\n  bot-2: { base_url: "${target}" }\n  bot-3: { base_url: "${target}" }\n  bot-4: { base_url: "${target}" }\n  bot-5: { base_url: "${target}" }\nscenarios:\n${scenarios.join("")}${config.more ?? ""}`;
  await writeFile(join(folder, "chatbench.yml"), text);
}

/** The environment that makes the fixture of test/fixtures/k6 stand for k6. */
export const FAKE_K6 = { CHATBENCH_K6: join(FAKES, "fake.mjs") };

interface DaemonFile {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
}

export interface Interface {
  readonly url: string;
  readonly token: string;
  readonly get: (path: string) => Promise<Response>;
  readonly post: (path: string, body?: unknown, headers?: Readonly<Record<string, string>>) => Promise<Response>;
  /** Asks for a run and gives its id. */
  readonly start: (scenario: string) => Promise<string>;
  /** The record of a run, when it has one. */
  readonly ended: (id: string) => Promise<RunRecord>;
  /** Resolves when the run is in this state (or, for a record, in that one). */
  readonly reaches: (id: string, state: string) => Promise<void>;
  readonly metrics: () => Promise<string>;
}

export interface TestDaemon extends Interface {
  readonly machine: TestMachine;
  /** In good order; its exit code. */
  stop(): Promise<number>;
}

/** `chatbench serve` in the test's own process, on a free port. */
export async function startDaemon(folder: string, env: Record<string, string> = {}): Promise<TestDaemon> {
  const machine = testMachine(folder, { env });
  const ended = codeOf(main(["serve", "--listen", "127.0.0.1:0"], machine));
  const ready = vi.waitFor(() => expect(machine.printed.out()).toContain("ready at"), POLL);
  const first = await Promise.race([ready, ended]);
  if (typeof first === "number") throw new Error(`serve ended (${String(first)}): ${machine.printed.err()}`);
  return {
    ...(await interfaceOf(folder)),
    machine,
    stop() {
      machine.signal("SIGINT");
      return ended;
    },
  };
}

export interface DaemonProcess extends Interface {
  readonly child: ChildProcess;
  /** All it logged so far. */
  log(): string;
  /** In good order; its exit code. */
  stop(): Promise<number | null>;
}

/** `chatbench serve` as a process of its own, from dist (`npm test` builds it), for what only a process can suffer. */
export async function spawnDaemon(
  folder: string,
  env: Record<string, string> = {},
  listen = "127.0.0.1:0",
): Promise<DaemonProcess> {
  const program = join(ROOT, "dist/src/main.js");
  const child = spawn(process.execPath, [program, "serve", "--listen", listen], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const seen = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (seen.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (seen.err += text));
  const ended = once(child, "exit").then(() => "ended" as const);
  const ready = vi.waitFor(() => expect(seen.out).toContain("ready at"), POLL);
  if ((await Promise.race([ready, ended])) === "ended") throw new Error(`serve ended: ${seen.err}`);
  return {
    ...(await interfaceOf(folder)),
    child,
    log: () => seen.err,
    async stop() {
      await stopChild(child);
      return child.exitCode;
    },
  };
}

async function interfaceOf(folder: string): Promise<Interface> {
  const { url, token } = JSON.parse(await readFile(join(folder, "results/.daemon.json"), "utf8")) as DaemonFile;
  const post: Interface["post"] = (path, body, headers = {}) =>
    fetch(url + path, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const get: Interface["get"] = (path) => fetch(url + path);
  const look = async (id: string): Promise<{ state?: string; schema?: number }> =>
    (await (await get(`/api/v1/runs/${id}`)).json()) as { state?: string; schema?: number };
  return {
    ...{ url, token, get, post },
    async start(scenario) {
      const answer = await post("/api/v1/runs", { scenario });
      const body = (await answer.json()) as { id?: string };
      if (body.id === undefined) throw new Error(`no run of ${scenario}: ${JSON.stringify(body)}`);
      return body.id;
    },
    async ended(id) {
      await vi.waitFor(async () => expect((await look(id)).schema).toBe(1), POLL);
      return (await look(id)) as unknown as RunRecord;
    },
    async reaches(id, state) {
      await vi.waitFor(async () => expect((await look(id)).state).toBe(state), POLL);
    },
    metrics: async () => await (await get("/metrics")).text(),
  };
}
