/** What the preview measures: the reference chatbot as it is, and one that is slow and fails now and then. */
import type { SampleScenario } from "./sample-runs.ts";

export const TARGETS: readonly { readonly name: string; readonly flags: readonly string[] }[] = [
  { name: "chatbot", flags: [] },
  { name: "gateway", flags: ["--first-token-ms", "150", "--spread", "0.5", "--error-rate", "0.03", "--seed", "5"] },
];

/** With runs of the month before. */
export const SCENARIOS: readonly SampleScenario[] = [
  ...[{ name: "chat-api", target: "chatbot", hour: 2, everyDays: 1, users: 100, seconds: 600 }].map((one) => ({
    ...one,
    ...{ p95Seconds: 0.143, errorRate: 0.0006 },
  })),
  {
    name: "soak",
    target: "chatbot",
    hour: 3,
    everyDays: 7,
    users: 50,
    seconds: 3_600,
    p95Seconds: 0.128,
    errorRate: 0.0004,
  },
  {
    name: "gateway-api",
    target: "gateway",
    hour: 4,
    everyDays: 1,
    users: 40,
    seconds: 600,
    p95Seconds: 0.178,
    errorRate: 0.004,
  },
  {
    name: "chat-stream",
    target: "chatbot",
    hour: 5,
    everyDays: 1,
    users: 50,
    seconds: 300,
    p95Seconds: 0.31,
    errorRate: 0.0008,
    streams: true,
  },
];

/** Made for real. */
export const RUNS: readonly string[] = ["chat-api", "gateway-api", "chat-stream"];

export interface Addresses {
  readonly chatbots: Readonly<Record<string, string>>;
  /** Where the first chatbot keeps its answers. */
  readonly redis: string;
}

export function configuration({ chatbots, redis }: Addresses): string {
  const targets = Object.entries(chatbots).map(([name, base_url]) => {
    const watched = { uptime: ">= 99.9%", health_path: "/healthz" };
    return [name, { base_url, ...watched, ...(name === "chatbot" ? { redis: { url: redis } } : {}) }];
  });
  const objectives = { latency_p95: "< 200ms", latency_p99: "< 500ms", error_rate: "< 1%" };
  const streamed = { ttft_p95: "< 200ms", tpot_p95: "< 50ms", error_rate: "< 1%" };
  const scenarios = SCENARIOS.map(({ name, target, hour, everyDays, streams }) => {
    const schedule = { cron: everyDays === 7 ? `0 ${String(hour)} * * 0` : `0 ${String(hour)} * * *` };
    const users = streams === true ? 5 : 20;
    const pattern = { name: "smoke", users, duration: "70s", warmup: "10s" };
    const held = name === "chat-api" ? { concurrent_users: ">= 20" } : {};
    const params = { think_time_seconds: 0.4 };
    const common = { target, pattern, schedule, params };
    if (streams === true)
      return [name, { ...common, script: "load_tests/k6_stream_test.ts", traffic: "stream", objectives: streamed }];
    return [name, { ...common, script: "load_tests/k6_api_test.ts", objectives: { ...objectives, ...held } }];
  });
  return JSON.stringify({
    targets: Object.fromEntries(targets) as object,
    scenarios: Object.fromEntries(scenarios) as object,
    queue: { concurrent_runs: 2 },
  });
}
