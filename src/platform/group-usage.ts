import { namesNow, textNow } from "./proc.ts";

/** What the scheduler says of a process and all that it started, since each began. Differences mean something. */
export interface GroupUsage {
  /** By thread: nanoseconds on a CPU, nanoseconds in which it could have run and had to wait, times it was given a CPU. */
  readonly threads: ReadonlyMap<string, readonly [ran: number, waited: number, dispatches: number]>;
  /** CPUs that the process may run on. */
  readonly cpus: number | undefined;
}

/** Undefined where the system does not tell (no Linux, no scheduler statistics), or when the process is gone. */
export function groupUsage(pid: number): GroupUsage | undefined {
  const threads = new Map<string, readonly [number, number, number]>();
  const status = textNow(`/proc/${String(pid)}/status`);
  collect(pid, threads);
  if (threads.size === 0 || status === undefined) return undefined;
  return { threads, cpus: cpusOf(/^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1]) };
}

type Threads = Map<string, readonly [number, number, number]>;

function collect(pid: number, into: Threads): void {
  const folder = `/proc/${String(pid)}/task`;
  const children: number[] = [];
  for (const task of namesNow(folder)) {
    const read = usageOf(textNow(`${folder}/${task}/schedstat`));
    if (read !== undefined) into.set(task, read);
    const started = textNow(`${folder}/${task}/children`) ?? "";
    children.push(...started.split(" ").filter(Boolean).map(Number));
  }
  for (const child of children) collect(child, into);
}

/** Three numbers, see the kernel's Documentation/scheduler/sched-stats. */
function usageOf(text: string | undefined): readonly [number, number, number] | undefined {
  const [ran, waited, dispatches] = text?.trim().split(" ").map(Number) ?? [];
  if (ran === undefined || waited === undefined || dispatches === undefined) return undefined;
  return [ran, waited, dispatches].every(Number.isFinite) ? [ran, waited, dispatches] : undefined;
}

/** How many CPUs a list such as `0-3,8` names. */
export function cpusOf(list: string | undefined): number | undefined {
  if (list === undefined || !/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(list)) return undefined;
  return list.split(",").reduce((sum, range) => {
    const [from = 0, to = from] = range.split("-").map(Number);
    return sum + Math.max(0, to - from + 1);
  }, 0);
}
