// A k6 that lasts an hour in less than a minute: the real one runs the script, which is short, and then its record is
// written again with 3600 periods of a second in place of the few that it had, at an even pace.
import { spawnSync } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const PERIODS = 3600;
const BATCH_MS = 50;

interface Event {
  readonly event: string;
  readonly data: unknown;
}
type Row = (number | null)[][];

const [k6 = "", seconds = "45", ...args] = process.argv.slice(2);
const record = /record=(.*)$/.exec(args.find((arg) => arg.startsWith("--out=web-dashboard=")) ?? "")?.[1] ?? "";
const short = `${record}.short`;
const { status } = spawnSync(
  k6,
  args.map((arg) => arg.replace(`record=${record}`, `record=${short}`)),
  { stdio: "inherit" },
);

const events = readFileSync(short, "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Event);
// A row has a column for each metric announced by then, in the order of their names: the last row is repeated.
const lastRow = events.findLastIndex(({ event }) => event === "snapshot");
const row = events[lastRow]?.data as Row;
const head = events.slice(0, lastRow).filter(({ event }) => event !== "snapshot" && event !== "cumulative");
const metrics = head.filter(({ event }) => event === "metric").flatMap(({ data }) => Object.keys(data as object));
const timeColumn = metrics.sort().indexOf("time");
const from = row[timeColumn]?.[0] ?? NaN;
writeFileSync(record, head.map((event) => `${JSON.stringify(event)}\n`).join(""));
await writePeriods();
process.exitCode = status ?? 1;

async function writePeriods(): Promise<void> {
  const startedAt = Date.now();
  let written = 0;
  while (written < PERIODS) {
    await sleep(BATCH_MS);
    const due = Math.min(PERIODS, Math.ceil((PERIODS * (Date.now() - startedAt)) / (Number(seconds) * 1000)));
    const lines: string[] = [];
    for (; written < due; written += 1) lines.push(...periodOf(written));
    appendFileSync(record, lines.join(""));
  }
}

/** k6 writes two rows a period; ours differ in their values, so that nothing can be shared or packed. */
function periodOf(index: number): string[] {
  const factor = 0.7 + Math.random();
  const changed = row.map((cells, column) => {
    if (column === timeColumn) return [from + (index + 1) * 1000];
    return cells.length === 7 ? cells.map((value) => (value === null ? null : value * factor)) : cells;
  });
  return ["cumulative", "snapshot"].map((event) => `${JSON.stringify({ event, data: changed })}\n`);
}
