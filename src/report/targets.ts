/** The user's table of performance targets: its five rows always, then the scenario's other objectives. */
import {
  formatBeside,
  formatValue,
  kindOf,
  type ObjectiveResult,
  type RunRecord,
  type Unit,
  type Uptime,
} from "../model/index.ts";
import { TONE_WORDS, type Tone } from "./words.ts";

export interface TargetRow {
  readonly metric: string;
  readonly target: string;
  readonly current: string;
  readonly tone: Tone;
  /** The status in words: `Pass`, `Not measured`, `No target` ... */
  readonly status: string;
  readonly reason: string;
}

interface FixedRow {
  readonly measurement: string;
  readonly metric: string;
  readonly missing: string;
}

const FIXED_ROWS: readonly FixedRow[] = [
  { measurement: "latency_p95", metric: "P95 Latency", missing: "This run has no value for it." },
  { measurement: "latency_p99", metric: "P99 Latency", missing: "This run has no value for it." },
  { measurement: "concurrent_users", metric: "Concurrent Users", missing: "This run has no value for it." },
  {
    measurement: "cost_reduction",
    metric: "Cost Reduction (w/ cache)",
    missing: "This run did not compare traffic with and without the cache.",
  },
  {
    measurement: "uptime",
    metric: "Uptime",
    missing: "Uptime is watched over days from Prometheus, which was not asked for this page.",
  },
];

const NONE = "–";

/** The rows in the order of the user's README; each says why it stands as it does. */
export function targetRows(record: RunRecord, uptime?: Uptime): readonly TargetRow[] {
  const fixed = FIXED_ROWS.flatMap((row) =>
    row.measurement === "uptime" && uptime !== undefined ? [uptimeRow(uptime, row.metric)] : fixedRows(record, row),
  );
  const names = FIXED_ROWS.map((row) => row.measurement);
  const others = record.objectives.filter((objective) => !names.includes(objective.measurement));
  return [...fixed, ...others.map((objective) => judgedRow(record, objective, titleOf(objective.measurement)))];
}

function fixedRows(record: RunRecord, row: FixedRow): readonly TargetRow[] {
  const objectives = record.objectives.filter((objective) => objective.measurement === row.measurement);
  if (objectives.length > 0) return objectives.map((objective) => judgedRow(record, objective, row.metric));
  return [unjudgedRow(record, row)];
}

function judgedRow(record: RunRecord, objective: ObjectiveResult, metric: string): TargetRow {
  const { verdict, value, limit, condition, reason } = objective;
  const unit = unitOf(record, objective.measurement);
  const measured = value ?? record.measurements[objective.measurement]?.value;
  const current = measured === undefined ? NONE : formatBeside(measured, limit, unit);
  const row = { metric, target: condition, current, reason };
  if (verdict !== "invalid") return { ...row, tone: verdict, status: TONE_WORDS[verdict] };
  return { ...row, tone: "none", status: measured === undefined ? "Not measured" : "Not judged" };
}

/** A standing objective of the target: as it was when the page was made, not of this run. */
function uptimeRow({ objective, value, verdict, reason }: Uptime, metric: string): TargetRow {
  const row = { metric, target: objective?.condition ?? "none set", reason };
  if (value === undefined) return { ...row, current: NONE, tone: "none", status: "Not measured" };
  const current = formatBeside(value, objective?.limit ?? 1, "ratio");
  if (verdict !== "invalid") return { ...row, current, tone: verdict, status: TONE_WORDS[verdict] };
  return { ...row, current, tone: "none", status: objective === undefined ? "No target" : "Not judged" };
}

function unjudgedRow(record: RunRecord, row: FixedRow): TargetRow {
  const measured = record.measurements[row.measurement];
  // A run that was not judged keeps no objectives: whether a target was set is not known from its record.
  const target = record.state === "finished" ? "none set" : NONE;
  const base = { metric: row.metric, target, tone: "none" } as const;
  if (measured === undefined) return { ...base, current: NONE, status: "Not measured", reason: row.missing };
  const current = formatValue(measured.value, measured.unit);
  if (record.state === "finished") {
    return { ...base, current, status: "No target", reason: "Measured, but this scenario sets no target for it." };
  }
  return { ...base, current, status: "Not judged", reason: "Measured until the run ended; not judged." };
}

/** The catalogue's title of a measurement, or the name that the script gave it. */
export function titleOf(measurement: string): string {
  return kindOf(measurement)?.title ?? measurement;
}

export function unitOf(record: RunRecord, measurement: string): Unit {
  return kindOf(measurement)?.unit ?? record.measurements[measurement]?.unit ?? "count";
}
