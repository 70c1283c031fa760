import type {
  Instant,
  QueuedRun,
  RunId,
  ScheduleState,
  SkippedSlots,
  SkipReason,
  SlotDecision,
  SlotOutcome,
  SlotResult,
} from "../model/index.ts";
import type { Sql, Transactions } from "./database.ts";
import { countQueued, insertQueued, withdraw } from "./queue.ts";
import { ACTIVE, AT_WORK, timeOf } from "./rows.ts";

type SlotRun = NonNullable<SlotDecision["run"]>;

/** A row whose schedule is in no configuration any more has this line: one that is put back is another one. */
const NO_LINE = "";
/** What nobody named for so long while others were named is in no configuration. */
const UNSEEN = "interval '10 minutes'";
/** Longer ago than this, it is noted again that somebody names a line. */
const SEEN_AGAIN = "interval '30 seconds'";

export async function learnSchedules(
  db: Transactions,
  lines: readonly { readonly scenario: string; readonly line: string }[],
  gone: readonly string[] = [],
): Promise<void> {
  const scenarios = lines.map(({ scenario }) => scenario);
  // Two daemons that learn at once wait for each other, never in a circle: both take the rows in the same order.
  await db.query(
    `insert into chatbench.schedules (scenario, line, known_since, last_seen)
     select scenario, line, date_trunc('milliseconds', clock_timestamp()), clock_timestamp()
     from unnest($1::text[], $2::text[]) as lines(scenario, line)
     order by scenario
     on conflict (scenario) do update set line = excluded.line, last_seen = excluded.last_seen,
       known_since = case when schedules.line = excluded.line then schedules.known_since else excluded.known_since end
     where schedules.line <> excluded.line
       or schedules.last_seen not between clock_timestamp() - ${SEEN_AGAIN} and clock_timestamp()`,
    [scenarios, lines.map(({ line }) => line)],
  );
  await db.query(
    `update chatbench.schedules set line = '${NO_LINE}' where scenario in (
       select scenario from chatbench.schedules
       where line <> '${NO_LINE}' and scenario <> all($1::text[])
         and (scenario = any($2::text[]) or last_seen not between clock_timestamp() - ${UNSEEN}
           and clock_timestamp() + ${UNSEEN})
       order by scenario for update)`,
    [scenarios, gone],
  );
}

export async function schedules(db: Transactions): Promise<readonly ScheduleState[]> {
  const rows = await db.query<{
    scenario: string;
    known_since: Date;
    last_slot: Date | null;
    paused_until: Date | null;
  }>(
    `select scenario, known_since, last_slot,
       (select max(last) from chatbench.slots where slots.scenario = schedules.scenario and reason = 'paused') as paused_until
     from chatbench.schedules where line <> '${NO_LINE}' order by scenario`,
  );
  return rows.map((row) => ({
    scenario: row.scenario,
    knownSince: row.known_since.getTime(),
    ...(row.last_slot === null ? {} : { lastSlot: row.last_slot.getTime() }),
    ...(row.paused_until === null ? {} : { pausedUntil: row.paused_until.getTime() }),
  }));
}

export async function decideSlots(db: Transactions, decision: SlotDecision, queueLimit: number): Promise<SlotResult> {
  return await db.gated(async (sql) => {
    if (!(await isOurs(sql, decision))) return { kind: "taken" };
    await sql("update chatbench.schedules set last_slot = $2 where scenario = $1", [
      decision.scenario,
      timeOf(decision.last),
    ]);
    for (const skipped of decision.skipped) await keepSkipped(sql, decision.scenario, skipped);
    if (decision.run === undefined) return { kind: "decided", skipped: decision.skipped };
    const outcome = await decideRun(sql, decision.run, queueLimit);
    if (outcome.kind === "repeated") return { kind: "decided", skipped: decision.skipped };
    if (outcome.kind === "skipped") return { kind: "decided", skipped: [...decision.skipped, outcome.slots] };
    const { withdrawn } = outcome;
    const extra = withdrawn.length === 0 ? {} : { withdrawn };
    return { kind: "decided", queued: decision.run.order.id, skipped: decision.skipped, ...extra };
  });
}

/** Locks the schedule; false if its slots were decided meanwhile, or if they are not due by the database's clock. */
async function isOurs(sql: Sql, { scenario, after, last }: SlotDecision): Promise<boolean> {
  const [row] = await sql<{ last_slot: Date | null; due: boolean }>(
    `select last_slot, $2::timestamptz <= clock_timestamp() + interval '60 seconds' as due
     from chatbench.schedules where scenario = $1 for update`,
    [scenario, timeOf(last)],
  );
  return row !== undefined && row.due && row.last_slot?.getTime() === after;
}

type RunOutcome =
  | { readonly kind: "queued"; readonly withdrawn: readonly QueuedRun[] }
  | { readonly kind: "skipped"; readonly slots: SkippedSlots }
  /** The slot was decided before a clock was set back: it is not decided twice. */
  | { readonly kind: "repeated" };

async function decideRun(sql: Sql, { order, overlap }: SlotRun, queueLimit: number): Promise<RunOutcome> {
  const scenario = order.scenario.name;
  const [before] = await sql("select from chatbench.slots where scenario = $1 and slot = $2", [
    scenario,
    timeOf(order.slot),
  ]);
  if (before !== undefined) return { kind: "repeated" };
  const skip = async (reason: SkipReason): Promise<RunOutcome> => {
    const slots = { from: order.slot, to: order.slot, count: 1, reason };
    await keepSkipped(sql, scenario, slots);
    return { kind: "skipped", slots };
  };
  if (overlap !== "cancel" && (await isBusy(sql, scenario, overlap))) return await skip("overlap");
  const withdrawn = overlap === "cancel" ? await makeRoom(sql, scenario) : [];
  if ((await countQueued(sql)) >= queueLimit) return await skip("queue_full");
  await insertQueued(sql, order);
  await sql("insert into chatbench.slots (scenario, slot, last, count, run) values ($1, $2, $2, 1, $3)", [
    scenario,
    timeOf(order.slot),
    order.id,
  ]);
  return { kind: "queued", withdrawn };
}

/** `skip` waits for nothing; `queue` lets one run wait. */
async function isBusy(sql: Sql, scenario: string, overlap: "skip" | "queue"): Promise<boolean> {
  const states = overlap === "skip" ? ACTIVE : "('queued')";
  const rows = await sql(`select from chatbench.runs where scenario = $1 and state in ${states} limit 1`, [scenario]);
  return rows.length > 0;
}

/** The newest slot takes the place of older ones; a run that a person or a pipeline waits for is left alone. */
async function makeRoom(sql: Sql, scenario: string): Promise<readonly QueuedRun[]> {
  const old = `scenario = $1 and trigger = 'cron'`;
  await sql(
    `update chatbench.runs set abort_by = coalesce(abort_by, 'schedule') where ${old} and state in ${AT_WORK}`,
    [scenario],
  );
  const waiting = await sql<{ id: RunId }>(
    `select id from chatbench.runs where ${old} and state = 'queued' order by id for update`,
    [scenario],
  );
  const withdrawn: QueuedRun[] = [];
  for (const { id } of waiting) withdrawn.push(await withdraw(sql, id, "schedule"));
  return withdrawn;
}

async function keepSkipped(sql: Sql, scenario: string, slots: SkippedSlots): Promise<void> {
  await sql(
    `insert into chatbench.slots (scenario, slot, last, count, reason) values ($1, $2, $3, $4, $5)
     on conflict (scenario, slot) do nothing`,
    [scenario, timeOf(slots.from), timeOf(slots.to), slots.count, slots.reason],
  );
}

interface SlotRow {
  readonly scenario: string;
  readonly slot: Date;
  readonly last: Date;
  readonly count: number;
  readonly reason: SkipReason | null;
  readonly run: RunId | null;
}

export async function slotHistory(
  db: Transactions,
  query: { readonly scenario?: string; readonly limit: number },
): Promise<readonly SlotOutcome[]> {
  const { scenario, limit } = query;
  const rows = await db.query<SlotRow>(
    `select scenario, slot, last, count, reason, run from chatbench.slots
     ${scenario === undefined ? "" : "where scenario = $2"} order by last desc, scenario limit $1`,
    scenario === undefined ? [limit] : [limit, scenario],
  );
  return rows.map(outcomeOf);
}

function outcomeOf({ scenario, slot, last, count, reason, run }: SlotRow): SlotOutcome {
  const from: Instant = slot.getTime();
  if (run !== null) return { kind: "run", scenario, slot: from, run };
  if (reason === null) throw new Error(`slot ${slot.toISOString()} of ${scenario} has neither a run nor a reason`);
  return { kind: "skipped", scenario, from, to: last.getTime(), count, reason };
}

/**
 * What the schedule and its alarm still rest on stays: of each scenario the newest slots, and the newest paused one. The
 * time alone does not decide: a clock that stands in 2031 for an hour would make every slot old, and free to run again.
 */
export async function forgetSlots(db: Transactions, before: Instant, kept: number): Promise<void> {
  await db.query(
    `delete from chatbench.slots as old where last < $1
       and last < (select last from chatbench.slots as newer where newer.scenario = old.scenario
                   order by last desc offset $2 limit 1)
       and (old.reason is distinct from 'paused' or exists (
         select from chatbench.slots as newer
         where newer.scenario = old.scenario and newer.last > old.last and newer.reason = 'paused'))`,
    [timeOf(before), kept - 1],
  );
}
