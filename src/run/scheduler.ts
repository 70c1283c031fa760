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
import { decideSlots, jitterMs, nextBlackout, nextSlot, parseSchedule, type Schedule } from "../schedule/index.ts";
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
  let lines: ReadonlyMap<string, Line> = new Map();
  let names: readonly string[] = [];
  const tick = serial(async () => {
    const scheduled = deps.scenarios().filter((one): one is Scheduled => one.schedule !== undefined);
    const texts = scheduled.map(lineOf);
    await reach.ask(async () => {
      const gone = names.filter((name) => !texts.some(({ scenario }) => scenario === name));
      await deps.store.learnSchedules(texts, gone);
      names = texts.map(({ scenario }) => scenario);
      if (learned !== JSON.stringify(texts)) {
        lines = new Map(scheduled.flatMap(parse));
        learned = JSON.stringify(texts);
      }
      for (const state of await deps.store.schedules()) {
        const scenario = scheduled.find(({ name }) => name === state.scenario);
        const line = lines.get(state.scenario);
        if (scenario && line) await decideOne({ scenario, line, state }, deps);
      }
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

/** The configuration refuses at load what cannot be parsed. */
function parse({ name, schedule }: Scheduled): readonly (readonly [string, Line])[] {
  const result = parseSchedule(schedule);
  return "schedule" in result ? [[name, { schedule: result.schedule }]] : [];
}

/** A schedule, and the first slot after a mark: asking for it is most of the work of a minute in which nothing is due. */
interface Line {
  readonly schedule: Schedule;
  first?: { readonly after: Instant; readonly slot: Instant };
}

/** Surely nothing between the mark and now; a mark ahead of now needs a closer look. */
function isQuiet(line: Line, mark: Instant, now: Instant): boolean {
  if (line.first?.after !== mark) {
    line.first = { after: mark, slot: nextSlot(line.schedule, mark) ?? Infinity };
  }
  return mark <= now && now < line.first.slot;
}

interface Question {
  readonly scenario: Scheduled;
  readonly line: Line;
  readonly state: ScheduleState;
}

function lineOf({ name, schedule }: Scheduled): { readonly scenario: string; readonly line: string } {
  return { scenario: name, line: `${schedule.cron} ${schedule.timezone}` };
}

/** What fails for one scenario fails for no other. */
async function decideOne(question: Question, deps: SchedulerDeps): Promise<void> {
  try {
    await decide(question, deps);
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error;
    deps.log.error(`The slots of ${question.scenario.name} could not be decided: ${messageOf(error)}`);
  }
}

async function decide(question: Question, deps: SchedulerDeps): Promise<void> {
  const { scenario } = question;
  const decision = await decisionOf(question, deps);
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

async function decisionOf({ scenario, line, state }: Question, deps: SchedulerDeps): Promise<SlotDecision | undefined> {
  const now = await deps.store.now();
  if (isQuiet(line, Math.max(state.knownSince, state.lastSlot ?? -Infinity), now)) return undefined;
  const due = decideSlots({ schedule: line.schedule, plan: scenario.schedule, state, now });
  if (due.last === undefined) return undefined;
  return {
    ...{ scenario: scenario.name, after: state.lastSlot, last: due.last, skipped: due.skipped },
    ...(due.run === undefined
      ? {}
      : { run: slotRun({ scenario, line, now }, due.run, deps.newId(now, scenario.name)) }),
  };
}

type Now = Pick<Question, "scenario" | "line"> & { readonly now: Instant };

function slotRun({ scenario, line, now }: Now, slot: Instant, id: RunId): NonNullable<SlotDecision["run"]> {
  const { schedule, name } = scenario;
  const jitter = jitterMs(schedule, name, slot);
  // It may wait for its target until a blackout begins.
  const beginBy = nextBlackout(schedule.blackouts, line.schedule.zone, Math.max(now, slot + jitter));
  return {
    overlap: schedule.overlap,
    order: {
      ...{ id, scenario: freeze(scenario), trigger: "cron", slot },
      ...(jitter === 0 ? {} : { notBefore: slot + jitter }),
      ...(beginBy === undefined ? {} : { beginBy }),
    },
  };
}
