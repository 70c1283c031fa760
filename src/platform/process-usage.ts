import { namesNow, textNow } from "./proc.ts";

/** `USER_HZ`, in which Linux tells CPU times to programs: 100 on every machine that Node runs on (proc(5)). */
const TICKS_PER_SECOND = 100;

export interface TreeUsage {
  /** Name of the program of the oldest root. */
  readonly command: string;
  readonly pid: number;
  /** When that one began, in the system's own count: with the pid it names one process for good. */
  readonly startTime: string;
  readonly processes: number;
  /** User and system time of all of them, and of children that have ended, since each began. */
  readonly cpuSeconds: number;
  /** Resident memory of all; pages that several share count in each. */
  readonly memoryBytes: number;
}

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  readonly startTime: string;
  readonly ticks: number;
}

/**
 * What these processes and all their descendants use; undefined when none of them lives. By the parent that every
 * process names: `/proc/<pid>/task/<tid>/children` would be quicker, but leaves out children while others of the same
 * process end (proc(5)), and a counter that falls has counted nothing.
 */
export function usageOfTree(roots: readonly number[]): TreeUsage | undefined {
  const rows = new Map(allRows().map((row) => [row.pid, row]));
  const living = roots.flatMap((pid) => rows.get(pid) ?? []).sort(byAge);
  const [oldest] = living;
  if (oldest === undefined) return undefined;
  const tree = withDescendants(living, rows);
  return {
    ...{ command: oldest.command, pid: oldest.pid, startTime: oldest.startTime, processes: tree.length },
    cpuSeconds: tree.reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_SECOND,
    memoryBytes: tree.reduce((sum, { pid }) => sum + residentBytesOf(pid), 0),
  };
}

function byAge(a: Row, b: Row): number {
  return Number(a.startTime) - Number(b.startTime) || a.pid - b.pid;
}

function withDescendants(roots: readonly Row[], rows: ReadonlyMap<number, Row>): readonly Row[] {
  const children = new Map<number, Row[]>();
  for (const row of rows.values()) children.set(row.parent, [...(children.get(row.parent) ?? []), row]);
  const found = new Map<number, Row>();
  const visit = (row: Row): void => {
    if (found.has(row.pid)) return;
    found.set(row.pid, row);
    children.get(row.pid)?.forEach(visit);
  };
  roots.forEach(visit);
  return [...found.values()];
}

function allRows(): readonly Row[] {
  return namesNow("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => rowOf(Number(name)) ?? []);
}

function rowOf(pid: number): Row | undefined {
  const stat = textNow(`/proc/${String(pid)}/stat`) ?? "";
  // The command name, in parentheses, may hold spaces: fields are counted from its end (proc(5)).
  const end = stat.lastIndexOf(")");
  const fields = stat.slice(end + 2).split(" ");
  const [parent, startTime] = [fields[1], fields[19]];
  // Own user and system time, and that of children it has waited for.
  const times = fields.slice(11, 15).map(Number);
  if (end < 0 || startTime === undefined || times.length < 4 || !times.every(Number.isFinite)) return undefined;
  const ticks = times.reduce((sum, time) => sum + time, 0);
  return { pid, parent: Number(parent), command: stat.slice(stat.indexOf("(") + 1, end), startTime, ticks };
}

/** 0 of a zombie: it has none left. */
function residentBytesOf(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(textNow(`/proc/${String(pid)}/status`) ?? "")?.[1];
  return kib === undefined ? 0 : Number(kib) * 1024;
}
