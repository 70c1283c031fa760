import {
  StoreUnavailable,
  type Instant,
  type Log,
  type QueuedRun,
  type RunId,
  type RunStore,
  type Scenario,
  type SchedulePlan,
  type ScheduleState,
  type SlotDecision,
} from "../model/index.ts";
import { decideSlots, jitterMs, parseSchedule } from "../schedule/index.ts";
import type { RunEvents } from "./events.ts";
import { freeze } from "./freeze.ts";
import { createReach, messageOf } from "./reach.ts";
import type { SecretKeep } from "./secret-keep.ts";
import { serial } from "./serial.ts";

/** Decides what became of each scheduled instant: a run in the queue or a reason. */
export interface Scheduler {
  /** The schedules are new, or another configuration came: the store hears of them before anything is decided. */
  learn(): Promise<void>;
  /** Decides all slots that are due; never twice at once. A store that is away: nothing is decided, nothing lost. */
  tick(): Promise<void>;
}

export interface SchedulerDeps {
  readonly store: RunStore;
  readonly scenarios: () => readonly Scenario[];
  readonly queueLimit: () => number;
  readonly newId: (at: Instant, scenario: string) => RunId;
  readonly keep: SecretKeep;
  readonly log: Log;
  readonly events: Pick<RunEvents, "slotsSkipped">;
  /** A run was queued. */
  readonly onQueued: () => void;
  /** Runs that lost their place in the queue to a newer slot: somebody has to keep their records. */
  readonly onWithdrawn: (runs: readonly QueuedRun[]) => Promise<void>;
}

interface Scheduled extends Scenario {
  readonly schedule: SchedulePlan;
}

export function createScheduler(deps: SchedulerDeps): Scheduler {
  const reach = createReach(deps.log, "the schedule");
  let learned: string | undefined;
  const tick = serial(async () => {
    const scheduled = deps.scenarios().filter((one): one is Scheduled => one.schedule !== undefined);
    const lines = scheduled.map(lineOf);
    await reach.ask(async () => {
      if (learned !== JSON.stringify(lines)) await deps.store.learnSchedules(lines);
      learned = JSON.stringify(lines);
      const states = new Map((await deps.store.schedules()).map((state) => [state.scenario, state]));
      for (const scenario of scheduled) await decideOne(scenario, states.get(scenario.name), deps);
    });
  });
  return {
    tick,
    learn() {
      learned = undefined;
      return tick();
    },
  };
}

function lineOf({ name, schedule }: Scheduled): { readonly scenario: string; readonly line: string } {
  return { scenario: name, line: `${schedule.cron} ${schedule.timezone}` };
}

/** What fails for one scenario fails for no other. */
async function decideOne(scenario: Scheduled, state: ScheduleState | undefined, deps: SchedulerDeps): Promise<void> {
  try {
    await decide(scenario, state, deps);
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error;
    deps.log.error(`The slots of ${scenario.name} could not be decided: ${messageOf(error)}`);
  }
}

async function decide(scenario: Scheduled, state: ScheduleState | undefined, deps: SchedulerDeps): Promise<void> {
  const decision = await decisionOf(scenario, state, deps);
  if (decision === undefined) return;
  const order = decision.run?.order;
  if (order !== undefined) deps.keep.keep(order.id, scenario);
  const result = await deps.store.decideSlots(decision, deps.queueLimit());
  if (result.kind === "taken") {
    if (order !== undefined) deps.keep.drop(order.id);
    return;
  }
  if (result.queued !== undefined) deps.onQueued();
  else if (order !== undefined) deps.keep.drop(order.id);
  for (const one of result.skipped) deps.events.slotsSkipped(scenario, one);
  if (result.withdrawn !== undefined) await deps.onWithdrawn(result.withdrawn);
}

async function decisionOf(
  scenario: Scheduled,
  state: ScheduleState | undefined,
  deps: SchedulerDeps,
): Promise<SlotDecision | undefined> {
  const parsed = parseSchedule(scenario.schedule);
  if (state === undefined || "problems" in parsed) return undefined; // the configuration refuses such a line at load
  const now = await deps.store.now();
  const due = decideSlots({ schedule: parsed.schedule, plan: scenario.schedule, state, now });
  if (due.last === undefined) return undefined;
  return {
    ...{ scenario: scenario.name, after: state.lastSlot, last: due.last, skipped: due.skipped },
    ...(due.run === undefined ? {} : { run: slotRun(scenario, due.run, deps.newId(now, scenario.name)) }),
  };
}

function slotRun(scenario: Scheduled, slot: Instant, id: RunId): NonNullable<SlotDecision["run"]> {
  const { schedule, name } = scenario;
  const jitter = jitterMs(schedule, name, slot);
  return {
    overlap: schedule.overlap,
    order: {
      ...{ id, scenario: freeze(scenario), trigger: "cron", slot },
      ...(jitter === 0 ? {} : { notBefore: slot + jitter }),
    },
  };
}
