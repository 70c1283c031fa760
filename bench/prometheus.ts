import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CHATBENCH, plainEnvironment, type Yard } from "./yard.ts";

const READY_MS = 30_000;

export interface StartedPrometheus {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts Chatbench's own local Prometheus for the yard; undefined with a reason where that is not possible. */
export async function startPrometheus(yard: Yard): Promise<StartedPrometheus | { problem: string }> {
  const config = join(yard.folder, "stack.yml");
  writeFileSync(
    config,
    `targets: { bot: { base_url: "${yard.target.url}" } }
scenarios: { short: { script: load_tests/short.ts, target: bot, pattern: own } }
results: { folder: stack }
`,
  );
  const child = spawn(CHATBENCH[0] ?? "", [...CHATBENCH.slice(1), "-c", config, "stack", "up"], {
    cwd: yard.folder,
    env: plainEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const said: string[] = [];
  const url = await new Promise<string | undefined>((resolve) => {
    const hear = (text: string): void => {
      said.push(text);
      const found = /ready at (http:\/\/[^\s;]+)/.exec(said.join(""))?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.setEncoding("utf8").on("data", hear);
    child.stderr.setEncoding("utf8").on("data", hear);
    void ended.then(() => resolve(undefined));
    setTimeout(() => resolve(undefined), READY_MS).unref();
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
  };
  if (url !== undefined) return { url, stop };
  await stop();
  return { problem: said.join("").trim() || "chatbench stack up said nothing" };
}
