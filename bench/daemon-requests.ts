import { Agent, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "./daemon-figure.ts";

export interface Answered {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly requests: number;
  readonly errors: number;
  /** Of the last answer. */
  readonly text: string;
}

/**
 * Asks at an even pace, however slow the answers are, and counts each answer from the moment at which it was due: so a
 * daemon that stalls pays for every request that it kept waiting. (autocannon sends a second's requests in one burst.)
 */
export async function askEvenly(
  url: string,
  paths: readonly string[],
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
): Promise<Answered> {
  const agent = new Agent({ keepAlive: true });
  const tookMs: number[] = [];
  const last = { text: "", errors: 0 };
  const from = performance.now() + 100;
  const asked = Array.from({ length: Math.round(perSecond * seconds) }, async (_, index) => {
    const dueAt = from + (index * 1000) / perSecond;
    await sleep(Math.max(0, dueAt - performance.now()));
    const answer = await ask(url + (paths[index % paths.length] ?? ""), agent);
    tookMs.push(performance.now() - dueAt);
    if (answer === undefined) last.errors += 1;
    else last.text = answer;
  });
  await Promise.all(asked);
  agent.destroy();
  return {
    ...{ p50Ms: percentile(tookMs, 0.5), p95Ms: percentile(tookMs, 0.95), p99Ms: percentile(tookMs, 0.99) },
    ...{ requests: tookMs.length, ...last },
  };
}

/** The body, or undefined if it was not answered well. */
function ask(url: string, agent: Agent): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve(response.statusCode === 200 ? Buffer.concat(chunks).toString() : undefined));
      response.on("error", () => resolve(undefined));
    });
    request.on("error", () => resolve(undefined));
  });
}
