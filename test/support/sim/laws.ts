/** What must be true when the week is over, whatever happened in it: each breach is one sentence. */
import type { ScheduleState, SlotOutcome } from "../../../src/model/index.ts";
import { inBlackout, parseSchedule, slotsBetween } from "../../../src/schedule/index.ts";
import { zoneOf } from "../../../src/schedule/zone.ts";
import type { Week } from "./week-state.ts";

export async function breachesOf(week: Week): Promise<readonly string[]> {
  const { witness, world, store, daemons } = week;
  const slots = await store.slotHistory({ limit: 1_000_000 });
  const states = await store.schedules();
  return [
    ...witness.problems,
    ...world.loads.problems,
    ...[...world.loads.live].map(({ run }) => `load of ${run} is still there`),
    ...rowBreaches(week),
    ...diskBreaches(week),
    ...slotBreaches(slots, week),
    ...states.flatMap((state) => uncovered(state, slots, week)),
    ...store.forgotten.flatMap((state) => uncovered({ ...state, isForgotten: true }, slots, week)),
    ...blackoutBreaches(week),
    ...daemons.flatMap((daemon) => {
      const held = JSON.stringify(daemon?.runs.held());
      return held === '{"secrets":0,"atWork":0,"unstored":0}' ? [] : [`a daemon still holds ${held}`];
    }),
  ];
}

function rowBreaches({ store, world }: Week): readonly string[] {
  return [...store.rows].flatMap(([id, row]) => {
    const { record } = row;
    if (record === undefined) return [`${id} never ended: ${row.state} of ${row.owner ?? "nobody"}`];
    const kept = world.disk.runs.get(record.id as never)?.record;
    if (kept === undefined) return [`${id} has no record on the disk`];
    if (kept.state !== record.state) return [`${id} is ${kept.state} on the disk and ${record.state} in the store`];
    return record.state === "finished" || record.reason !== null ? [] : [`${id} has no reason`];
  });
}

function diskBreaches({ store, world }: Week): readonly string[] {
  return [...world.disk.runs.keys()].flatMap((id) =>
    store.rows.get(id)?.record === undefined ? [`${id} is on the disk and not in the store`] : [],
  );
}

function slotBreaches(slots: readonly SlotOutcome[], { store }: Week): readonly string[] {
  const ran = slots.flatMap((slot) => (slot.kind === "run" ? [`${slot.scenario} ${String(slot.slot)}`] : []));
  const queued = [...store.rows.values()].flatMap(({ order }) =>
    order?.slot === undefined ? [] : [`${order.scenario.name} ${String(order.slot)}`],
  );
  return [
    ...(new Set(queued).size < queued.length ? ["a slot was queued twice"] : []),
    ...queued.filter((slot) => !ran.includes(slot)).map((slot) => `slot ${slot} ran without being noted`),
  ];
}

/** Nobody can know when a blackout will begin by a clock that jumps. */
function blackoutBreaches({ store, known, jumped }: Week): readonly string[] {
  if (jumped) return [];
  return [...store.rows].flatMap(([id, { order, startedAt }]) => {
    const plan = order?.trigger === "cron" ? known.get(order.scenario.name)?.schedule : undefined;
    const zone = zoneOf(plan?.timezone ?? "UTC");
    if (plan === undefined || zone === undefined || startedAt === undefined) return [];
    return inBlackout(plan.blackouts, zone, startedAt) ? [`${id} began in a blackout`] : [];
  });
}

/** Each slot since its schedule was known is a run or has a reason: exactly one of both, if no clock was wrong. */
function uncovered(
  state: ScheduleState & { readonly isForgotten?: boolean },
  slots: readonly SlotOutcome[],
  week: Week,
): readonly string[] {
  const scenario = week.known.get(state.scenario);
  if (scenario?.schedule === undefined) return [];
  const parsed = parseSchedule(scenario.schedule);
  if ("problems" in parsed) return [`${state.scenario} has no schedule`];
  const isConfigured = state.isForgotten !== true && week.scenarios.some(({ name }) => name === state.scenario);
  const until = isConfigured ? week.world.clock.now() - 30 * 60_000 : (state.lastSlot ?? state.knownSince);
  const own = slots.filter((slot) => slot.scenario === state.scenario);
  const times = slotsBetween(parsed.schedule, state.knownSince, { until, limit: 100_000 });
  return times.slots.flatMap((at) => {
    const told = own.filter((slot) => (slot.kind === "run" ? slot.slot === at : slot.from <= at && at <= slot.to));
    if (told.length === 1 || (told.length > 1 && week.jumped)) return [];
    return [`slot ${new Date(at).toISOString()} of ${state.scenario} was told ${String(told.length)} times`];
  });
}
