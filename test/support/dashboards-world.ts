/** What test/e2e/dashboards.test.ts has runs of. */
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./k6.ts";

const SCRIPT = `
import http from "k6/http";
import { check, group } from "k6";
import { Counter, Trend } from "k6/metrics";
// As lib/exchange.ts tells of streamed answers.
const [ttft, tpot] = [new Trend("chatbench_ttft", true), new Trend("chatbench_tpot", true)];
const [exchanges, tokens] = [new Counter("chatbench_exchanges"), new Counter("chatbench_output_tokens")];
const bad = __ENV.CHATBENCH_TARGET_URL.includes("bad");
export const options = {
  scenarios: { own: { executor: "constant-arrival-rate", rate: 60, timeUnit: "1s", duration: "10s", preAllocatedVUs: 5, maxVUs: 5 } },
};
export default function () {
  group("ask", () => {
    const answer = http.post(__ENV.CHATBENCH_TARGET_URL, "{}");
    check(answer, { "is good": ({ status }) => status === 200 });
    ttft.add(answer.timings.waiting);
    tpot.add(20);
    exchanges.add(1);
    tokens.add(30);
  });
  if (bad && Math.random() < 0.1) throw new Error("thrown");
}`;

export interface World {
  readonly handler: string;
  readonly chatbot: string;
  /** Cron line of the scenario `slow`; absent: it has no schedule. */
  readonly slowAt?: string;
}

/** Below `folder`: a configuration, a script of every kind of trouble, and the shipped scripts. */
export async function writeWorld(folder: string, { handler: url, chatbot, slowAt }: World): Promise<void> {
  await cp(join(ROOT, "load_tests"), join(folder, "load_tests"), { recursive: true });
  await writeFile(join(folder, "load_tests/chat.js"), SCRIPT);
  const limits = { latency_p50: "< 1s", latency_p95: "< 500ms", latency_p99: "< 1s", error_rate: "< 1%" };
  const more = { concurrent_users: ">= 10", throughput: ">= 1/s", requests: ">= 10", conversations: ">= 10" };
  const script = "load_tests/chat.js";
  const pattern = { name: "smoke", users: 30, duration: "14s", warmup: "2s" };
  const good = { objectives: { ...limits, ...more, dropped_iterations: "< 100" }, pattern, script, target: "good" };
  const uptime = { objective: ">= 99.9%", window: "1m" };
  const streamed = {
    ...{ script: "load_tests/k6_stream_test.ts", traffic: "stream", target: "chatbot" },
    ...{ params: { stream: "events", path: "/api/chat", think_time_seconds: 0 }, objectives: { error_rate: "< 5%" } },
    pattern: { name: "smoke", users: 4, duration: "8s", warmup: "1s" },
  };
  const slow = {
    ...{ script, target: "good", pattern: { name: "smoke", users: 30, duration: "5s", warmup: "1s" } },
    objectives: { latency_p95: "< 200ms", error_rate: "< 1%" },
    ...(slowAt === undefined ? {} : { schedule: { cron: slowAt } }),
  };
  const text = JSON.stringify({
    targets: {
      ...{ good: { base_url: `${url}/good`, uptime }, bad: { base_url: `${url}/bad`, uptime } },
      chatbot: { base_url: chatbot, uptime },
    },
    scenarios: {
      chat: { ...good, schedule: { cron: "0 2 * * *" } },
      broken: { objectives: { ...limits }, pattern: "own", script, target: "bad" },
      ...{ waiting: good, stopped: { ...good, objectives: limits }, streamed, slow },
    },
  });
  await writeFile(join(folder, "chatbench.yml"), text);
}

/** A cron line for an instant 20 to 80 seconds from now. */
export function soon(): string {
  const at = new Date(Date.now() + 80_000);
  return `${String(at.getUTCMinutes())} ${String(at.getUTCHours())} * * *`;
}

/** The shipped configuration and rules, each second instead of each quarter or half of a minute. */
export async function quickConfiguration(world: string): Promise<string> {
  const folder = join(world, "prometheus");
  await cp(join(ROOT, "prometheus"), folder, { recursive: true });
  const rules = (await readdir(join(folder, "rules"))).filter((name) => name.endsWith(".yml"));
  for (const path of ["prometheus.yml", ...rules.map((name) => join("rules", name))].map((name) =>
    join(folder, name),
  )) {
    const text = await readFile(path, "utf8");
    const quick = text
      .replaceAll(/(interval: )(?:15s|30s|2m)/g, "$11s")
      .replace("scrape_timeout: 10s", "scrape_timeout: 1s");
    await writeFile(path, quick);
  }
  return join(folder, "prometheus.yml");
}
