/** Orders, records and instances for tests of a store. */
import type {
  Instance,
  LoadFacts,
  RunId,
  RunOrder,
  RunRecord,
  RunStore,
  Trigger,
  QueuedRun,
} from "../../src/model/index.ts";
import { runIdOf } from "../../src/model/index.ts";

export const MINUTE_MS = 60_000;
export const NO_LIMIT = 10_000;
const NIGHT = Date.parse("2026-11-23T02:00:00Z");

/** The nth id of a scenario: they sort as they were numbered. */
export function idOf(number: number, scenario = "chat-api"): RunId {
  return runIdOf(NIGHT + number * 1000, scenario, "4k7q");
}

export interface OrderInput {
  readonly scenario?: string;
  readonly target?: string;
  readonly trigger?: Trigger;
  readonly notBefore?: number;
  readonly idempotencyKey?: string;
}

export function orderOf(number: number, input: OrderInput = {}): RunOrder {
  const { scenario = "chat-api", target = "chatbot", trigger = "manual", ...rest } = input;
  return {
    id: idOf(number, scenario),
    scenario: {
      name: scenario,
      script: "/srv/load_tests/k6_api_test.ts",
      target: { name: target, baseUrl: "http://127.0.0.1:8000" },
      load: { pattern: "smoke", users: 2, warmup: { seconds: 1, users: 2 }, stages: [{ seconds: 5, users: 2 }] },
      objectives: [{ measurement: "latency_p95", comparator: "<", limit: 0.2, condition: "< 200ms" }],
      params: { path: "/api/chat", turns: 3, nested: { text: 'quotes " and \\ and ü' } },
      env: { LANGUAGE: "de" },
      secretNames: ["api-key"],
    },
    trigger,
    revision: "3f2c1ab",
    ...rest,
  };
}

export function recordOf(order: RunOrder, over: Partial<RunRecord> = {}): RunRecord {
  return {
    schema: 1,
    id: order.id,
    scenario: order.scenario.name,
    target: order.scenario.target.name,
    target_url: order.scenario.target.baseUrl,
    script: order.scenario.script,
    trigger: order.trigger,
    revision: "3f2c1ab",
    state: "finished",
    verdict: "pass",
    reason: null,
    started_at: "2026-11-23T02:00:00.000Z",
    ended_at: "2026-11-23T02:11:00.500Z",
    pattern: { name: "smoke", users: 2, duration_seconds: 5, warmup_seconds: 1 },
    measurements: { latency_p95: { value: 0.183, unit: "s", samples: 24_310 } },
    objectives: [],
    comparison: [],
    cost: {},
    environment: { node: "v20.20.2" },
    telemetry: { prometheus: "none" },
    trials: [],
    ...over,
  };
}

/** A record with one trial whose facts are there. */
export function recordWithFacts(order: RunOrder, facts: LoadFacts): RunRecord {
  const times = { started_at: "2026-11-23T02:00:00.000Z", ended_at: "2026-11-23T02:11:00.500Z" };
  const outcome = { kind: "completed", exitCode: 0 } as const;
  return recordOf(order, { trials: [{ index: 0, arms: ["only"], outcome, invalid: [], ...times, facts }] });
}

export function instanceOf(id: string): Instance {
  return { id, host: "bench-1", pid: 4711, startTime: "123456", place: "boot-1 4026531836" };
}

/** Queues, claims and starts a run: it is at work for `instance` then. */
export async function atWork(store: RunStore, order: RunOrder, instance: Instance): Promise<QueuedRun> {
  await store.enqueue(order, NO_LIMIT);
  const run = await store.claim(instance, NO_LIMIT);
  if (run?.id !== order.id) throw new Error(`claimed ${String(run?.id)} instead of ${order.id}`);
  await store.advance(run.id, "running", instance);
  return run;
}

/** The newest whole minute of the store's clock. */
export async function dueSlot(store: RunStore): Promise<number> {
  return Math.floor((await store.now()) / MINUTE_MS) * MINUTE_MS;
}
