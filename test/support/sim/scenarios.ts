import { Secret, type Load, type Scenario, type SchedulePlan } from "../../../src/model/index.ts";

const LOAD: Load = {
  pattern: "smoke",
  users: 5,
  warmup: { seconds: 5, users: 5 },
  stages: [{ seconds: 60, users: 5 }],
};

/** Pauses, overlaps, jitter, blackouts, zones and secrets as they come; `draw` gives numbers from 0 to 1. */
export function drawScenario(index: number, draw: () => number): Scenario {
  const hour = Math.floor(draw() * 5);
  const cron = draw() < 0.85 ? `${Math.floor(draw() * 60)} ${hour} * * *` : `*/30 ${hour}-${hour + 1} * * *`;
  const schedule: SchedulePlan = {
    cron,
    timezone: oneOf(["UTC", "Europe/Berlin"], draw),
    overlap: oneOf(["skip", "queue", "cancel"] as const, draw),
    catchUpSeconds: 3600,
    jitterSeconds: oneOf([0, 0, 600], draw),
    blackouts: draw() < 0.2 ? [{ from: "03:00", to: "03:30", days: [] }] : [],
    paused: false,
  };
  return scenarioOf(`s${index}`, {
    target: { name: `target-${index % 3}`, baseUrl: "http://127.0.0.1:8000" },
    secrets: draw() < 0.2 ? { key: new Secret("canary") } : {},
    schedule,
  });
}

export function scenarioOf(name: string, more: Partial<Scenario> = {}): Scenario {
  const target = { name: "chatbot", baseUrl: "http://127.0.0.1:8000" };
  return { name, script: "/s.ts", target, load: LOAD, objectives: [], params: {}, env: {}, secrets: {}, ...more };
}

export function oneOf<T>(all: readonly T[], draw: () => number): T {
  const one = all[Math.floor(draw() * all.length)];
  if (one === undefined) throw new Error("there is nothing to choose from");
  return one;
}
