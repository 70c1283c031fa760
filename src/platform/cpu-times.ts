import { cpus } from "node:os";
import { readFile } from "node:fs/promises";

/** CPU time of the whole machine since its start, in any unit: only differences and their shares mean something. */
export interface CpuTimes {
  readonly busy: number;
  readonly total: number;
  /** Part of `busy` that a hypervisor gave to others; 0 where it does not say. */
  readonly stolen: number;
}

export async function cpuTimes(): Promise<CpuTimes> {
  const text = await readFile("/proc/stat", "utf8").catch(() => "");
  const line = /^cpu\s+(.*)$/m.exec(text)?.[1];
  if (line === undefined) return fromSystem();
  // proc(5): user nice system idle iowait irq softirq steal; what follows is contained in user and nice.
  const fields = line.trim().split(/\s+/).map(Number).slice(0, 8);
  const total = fields.reduce((sum, field) => sum + field, 0);
  const idle = (fields[3] ?? 0) + (fields[4] ?? 0);
  return { busy: total - idle, total, stolen: fields[7] ?? 0 };
}

function fromSystem(): CpuTimes {
  const all = cpus().map(({ times: { user, nice, sys, idle, irq } }) => ({ busy: user + nice + sys + irq, idle }));
  const busy = all.reduce((sum, one) => sum + one.busy, 0);
  return { busy, total: busy + all.reduce((sum, one) => sum + one.idle, 0), stolen: 0 };
}
