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

interface Known {
  readonly line: string;
  readonly lastSeen: Instant;
  readonly state: ScheduleState;
}

interface Deps {
  readonly rows: Rows;
  readonly now: () => Instant;
  readonly withdraw: (id: string, by: AbortedBy) => QueuedRun;
  /** Takes in what schedules had behind them when they were forgotten. */
  readonly forgotten: ScheduleState[];
}

type SlotMethod = "learnSchedules" | "schedules" | "decideSlots" | "slotHistory" | "forgetSlots";
/** As the real store has them. */
const UNSEEN_MS = 10 * 60_000;
type SlotMethods = {
  readonly [K in SlotMethod]: (...input: Parameters<RunStore[K]>) => Awaited<ReturnType<RunStore[K]>>;
};

export function createMemorySlots({ rows, now, withdraw, forgotten }: Deps): SlotMethods {
  const schedules = new Map<string, Known>();
  const slots = new Map<string, SlotOutcome>();
  const key = (scenario: string, slot: Instant): string => `${scenario} ${slot}`;
  const noteSkipped = (scenario: string, skipped: SkippedSlots): void => {
    const at = key(scenario, skipped.from);
    if (!slots.has(at)) slots.set(at, { kind: "skipped", scenario, ...skipped });
  };
  return {
    learnSchedules(lines, gone = []) {
      for (const { scenario, line } of lines) {
        const known = schedules.get(scenario);
        const state = known?.line === line ? known.state : { ...known?.state, scenario, knownSince: now() };
        schedules.set(scenario, { line, lastSeen: now(), state });
      }
      for (const [scenario, known] of schedules) {
        const isUnseen = Math.abs(now() - known.lastSeen) > UNSEEN_MS;
        if (known.line === "" || lines.some((one) => one.scenario === scenario)) continue;
        if (!gone.includes(scenario) && !isUnseen) continue;
        forgotten.push(known.state);
        schedules.set(scenario, { ...known, line: "" });
      }
    },
    schedules() {
      const paused = pausedUntil();
      return [...schedules.values()]
        .filter(({ line }) => line !== "")
        .map(({ state }) => {
          const until = paused.get(state.scenario);
          return until === undefined ? state : { ...state, pausedUntil: until };
        })
        .sort((one, other) => (one.scenario < other.scenario ? -1 : 1));
    },
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
    forgetSlots(before, kept) {
      const isPaused = (slot: SlotOutcome): boolean => slot.kind === "skipped" && slot.reason === "paused";
      const all = [...slots];
      for (const [at, old] of all) {
        if (lastOf(old) >= before) continue;
        const newer = all.filter(([, one]) => one.scenario === old.scenario && lastOf(one) > lastOf(old));
        const isKept = newer.length < kept || (isPaused(old) && !newer.some(([, one]) => isPaused(one)));
        if (!isKept) slots.delete(at);
      }
    },
  };

  /** By scenario, in one pass: it is asked at each tick. */
  function pausedUntil(): ReadonlyMap<string, Instant> {
    const until = new Map<string, Instant>();
    for (const slot of slots.values())
      if (slot.kind === "skipped" && slot.reason === "paused")
        until.set(slot.scenario, Math.max(slot.to, until.get(slot.scenario) ?? 0));
    return until;
  }

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
