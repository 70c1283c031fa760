/** What `npm run e2e:alerts` plays: scenarios, the knobs that make their chatbots worse, and what must be told of it. */
import type { KnobChatbot } from "../support/knob.ts";

/** Two minutes are an hour: the rules, how often targets are probed, and how long the daemon is away. */
export const SCALE = 1 / 30;

export const GOOD = ["--latency", "constant", "--first-token-ms", "20", "--tokens-per-second", "10000"] as const;

export interface Played {
  /** What is to be missed, in words. */
  readonly title: string;
  readonly users: number;
  readonly objectives: Readonly<Record<string, string>>;
  readonly knob: readonly string[];
  /** Alerts of the one message, in their order. */
  readonly alerts: readonly string[];
  /** Its value in the last run. */
  readonly gauge: string;
}

const P95 = { latency_p95: "< 600ms" } as const;

/** Users and times so that good and bad lie apart by more than a busy machine adds, and samples suffice for each. */
export const PLAYED: Readonly<Record<string, Played>> = {
  p95: {
    ...{ title: "P95 latency", users: 30, objectives: P95 },
    knob: [...GOOD, "--first-token-ms", "1200"],
    alerts: ["ChatbenchLatencyP95ObjectiveMissed"],
    gauge: "chatbench_last_run_latency_p95_seconds",
  },
  p99: {
    ...{ title: "P99 latency", users: 20, objectives: { latency_p99: "< 1s" } },
    knob: [...GOOD, "--latency", "bimodal", "--slow-share", "0.03", "--slow-ms", "2500"],
    alerts: ["ChatbenchLatencyP99ObjectiveMissed"],
    gauge: "chatbench_last_run_latency_p99_seconds",
  },
  errors: {
    ...{ title: "Error rate", users: 5, objectives: { error_rate: "< 5%" } },
    knob: [...GOOD, "--error-rate", "0.3"],
    alerts: ["ChatbenchErrorRateObjectiveMissed"],
    gauge: "chatbench_last_run_error_rate_ratio",
  },
  users: {
    ...{ title: "Concurrent users", users: 30, objectives: { ...P95, concurrent_users: ">= 20" } },
    knob: [...GOOD, "--first-token-ms", "40", "--concurrency", "1"],
    alerts: ["ChatbenchConcurrentUsersObjectiveMissed", "ChatbenchLatencyP95ObjectiveMissed"],
    gauge: "chatbench_last_run_concurrent_users",
  },
};

/** A chatbot that answers so seldom that nothing can be said of its P95. */
export const HARDLY_ANSWERS = [...GOOD, "--first-token-ms", "9000"] as const;

export type Minutes = Readonly<Record<"good" | "bad" | "invalid" | "back", number>>;

/** The daemon's own clock decides when a night is: four minutes of the hour, the first of them soon. */
export function minutesFrom(now: number, leadMs: number): Minutes {
  const first = Math.ceil((now + leadMs) / 60_000);
  const minute = (later: number): number => (first + later) % 60;
  return { good: minute(0), bad: minute(1), invalid: minute(2), back: minute(4) };
}

/** chatbench.yml as JSON, which is YAML. */
export function configurationOf(
  chatbots: Readonly<Record<string, KnobChatbot>>,
  { minutes, links }: { readonly minutes: Minutes; readonly links: object },
): string {
  const pattern = { name: "sustained", duration: "12s", warmup: "2s" };
  const cronOf = (name: string): string => {
    const own = name === "p95" ? [minutes.invalid] : [];
    return `${[minutes.good, minutes.bad, ...own, minutes.back].join(",")} * * * *`;
  };
  const scenarios = Object.entries(PLAYED).map(([name, { users, objectives }]) => [
    name,
    {
      ...{ script: "load_tests/k6_api_test.ts", target: name, pattern: { ...pattern, users }, objectives },
      ...{ params: { think_time_seconds: 0 }, schedule: { cron: cronOf(name) } },
    },
  ]);
  const targets = Object.entries(chatbots).map(([name, { url }]) => [
    name,
    { base_url: url, ...(name === "uptime" ? { uptime: ">= 99.9%" } : {}) },
  ]);
  return JSON.stringify({
    ...{ targets: Object.fromEntries(targets) as object, scenarios: Object.fromEntries(scenarios) as object },
    ...{ queue: { concurrent_runs: 2 }, links },
  });
}
