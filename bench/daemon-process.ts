import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CHATBENCH, plainEnvironment } from "./yard.ts";

/** Of the kernel, on every Linux (getconf CLK_TCK). */
const TICKS_A_SECOND = 100;
const READY_MS = 60_000;

/** `chatbench serve` as a process of its own, from dist. */
export interface DaemonProcess {
  readonly url: string;
  readonly pid: number;
  /** From its spawn until `/-/ready` said yes. */
  readonly readyMs: number;
  get(path: string): Promise<string>;
  /** Asks for a run and gives its id. */
  startRun(scenario: string): Promise<string>;
  cpuSeconds(): number;
  residentMib(): number;
  stop(): Promise<void>;
}

/** Starts the daemon in a folder with a configuration and waits until it is ready. */
export async function startDaemon(folder: string, env: Record<string, string> = {}): Promise<DaemonProcess> {
  const from = performance.now();
  const [node = "", ...main] = CHATBENCH;
  const child = spawn(node, [...main, "serve", "--listen", "127.0.0.1:0"], {
    cwd: folder,
    env: { ...plainEnvironment(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const seen = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (seen.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (seen.err = (seen.err + text).slice(-10_000)));
  const listening = new Promise<void>((resolve) => {
    child.stdout.on("data", () => {
      if (seen.out.includes("ready at")) resolve();
    });
  });
  const ended = once(child, "exit").then(() => {
    throw new Error(`the daemon ended:\n${seen.err}`);
  });
  ended.catch(() => undefined); // it is meant to end one day
  await Promise.race([listening, ended]);
  const { url, token, pid } = stateIn(folder);
  await readiness(url, from);
  return {
    ...{ url, pid, readyMs: performance.now() - from },
    get: async (path) => await (await fetch(url + path)).text(),
    startRun: (scenario) => startRun({ url, token }, scenario),
    cpuSeconds: () => cpuSecondsOf(pid),
    residentMib: () => Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024,
    async stop() {
      if (child.exitCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    },
  };
}

interface State {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
}

function stateIn(folder: string): State {
  return JSON.parse(readFileSync(join(folder, "results/.daemon.json"), "utf8")) as State;
}

async function readiness(url: string, from: number): Promise<void> {
  while (performance.now() - from < READY_MS) {
    const answer = await fetch(`${url}/-/ready`);
    await answer.text();
    if (answer.ok) return;
    await sleep(5);
  }
  throw new Error("the daemon was not ready within a minute");
}

async function startRun({ url, token }: Pick<State, "url" | "token">, scenario: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/runs`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ scenario }),
  });
  const { id } = (await answer.json()) as { id?: string };
  if (id === undefined) throw new Error(`the daemon refused a run: ${answer.status}`);
  return id;
}

/** User and system time of the process with all its threads, without its children. */
function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}
