/** The slots of the memory store. */
import type {
  AbortedBy,
  Instant,
  QueuedRun,
  ScheduleState,
  SkippedSlots,
  SkipReason,
  SlotDecision,
  SlotOutcome,
  SlotResult,
  RunStore,
} from "../../src/model/index.ts";
import { insertQueued, isAtWork, type Rows } from "./memory-rows.ts";

interface Deps {
  readonly rows: Rows;
  readonly now: () => Instant;
  readonly withdraw: (id: string, by: AbortedBy) => QueuedRun;
}

type SlotMethod = "learnSchedules" | "schedules" | "decideSlots" | "slotHistory";
type SlotMethods = {
  readonly [K in SlotMethod]: (...input: Parameters<RunStore[K]>) => Awaited<ReturnType<RunStore[K]>>;
};

export function createMemorySlots({ rows, now, withdraw }: Deps): SlotMethods {
  const schedules = new Map<string, { readonly line: string; readonly state: ScheduleState }>();
  const slots = new Map<string, SlotOutcome>();
  const key = (scenario: string, slot: Instant): string => `${scenario} ${slot}`;
  const noteSkipped = (scenario: string, skipped: SkippedSlots): void => {
    const at = key(scenario, skipped.from);
    if (!slots.has(at)) slots.set(at, { kind: "skipped", scenario, ...skipped });
  };
  return {
    learnSchedules(lines) {
      for (const { scenario, line } of lines) {
        const known = schedules.get(scenario);
        if (known?.line === line) continue;
        schedules.set(scenario, { line, state: { ...known?.state, scenario, knownSince: now() } });
      }
    },
    schedules: () =>
      [...schedules.values()].map(({ state }) => state).sort((a, b) => (a.scenario < b.scenario ? -1 : 1)),
    decideSlots(decision, queueLimit) {
      const known = schedules.get(decision.scenario);
      if (known === undefined || known.state.lastSlot !== decision.after || decision.last > now() + 60_000) {
        return { kind: "taken" };
      }
      schedules.set(decision.scenario, { ...known, state: { ...known.state, lastSlot: decision.last } });
      for (const skipped of decision.skipped) noteSkipped(decision.scenario, skipped);
      return decideRun(decision, queueLimit);
    },
    slotHistory: ({ scenario, limit }) =>
      [...slots.values()]
        .filter((slot) => scenario === undefined || slot.scenario === scenario)
        .sort((a, b) => lastOf(b) - lastOf(a) || (a.scenario < b.scenario ? -1 : 1))
        .slice(0, limit),
  };

  function decideRun({ scenario, run, skipped }: SlotDecision, queueLimit: number): SlotResult {
    if (run === undefined || slots.has(key(scenario, run.order.slot))) return { kind: "decided", skipped };
    const { slot } = run.order;
    const skip = (reason: SkipReason): SlotResult => {
      const one = { from: slot, to: slot, count: 1, reason };
      noteSkipped(scenario, one);
      return { kind: "decided", skipped: [...skipped, one] };
    };
    const own = [...rows].filter(([, { order }]) => order?.scenario.name === scenario);
    const waiting = own.filter(([, { state }]) => state === "queued");
    const working = own.filter(([, row]) => isAtWork(row));
    if (run.overlap !== "cancel" && waiting.length + (run.overlap === "skip" ? working.length : 0) > 0) {
      return skip("overlap");
    }
    const isCron = ([, { order }]: (typeof own)[number]): boolean => order?.trigger === "cron";
    const room = run.overlap === "cancel" ? { working, waiting } : { working: [], waiting: [] };
    for (const [, row] of room.working.filter(isCron)) row.abortBy ??= "schedule";
    const withdrawn = room.waiting.filter(isCron).map(([id]) => withdraw(id, "schedule"));
    const queued = [...rows.values()].filter(({ state }) => state === "queued").length;
    if (queued >= queueLimit) return skip("queue_full");
    insertQueued(rows, run.order, now());
    slots.set(key(scenario, slot), { kind: "run", scenario, slot, run: run.order.id });
    return { kind: "decided", queued: run.order.id, skipped, ...(withdrawn.length === 0 ? {} : { withdrawn }) };
  }
}

const lastOf = (slot: SlotOutcome): Instant => (slot.kind === "run" ? slot.slot : slot.to);
