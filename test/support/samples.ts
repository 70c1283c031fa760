import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/** One raw sample of k6's `--out json`: what the truth tests compute everything from, without any of our code. */
export interface Sample {
  readonly metric: string;
  /** Wall time in milliseconds; of a request, its end. */
  readonly at: number;
  /** As k6 has it: times in milliseconds. */
  readonly value: number;
  readonly tags: Readonly<Record<string, string>>;
}

interface Line {
  type: string;
  metric: string;
  data: { time: string; value: number; tags: Record<string, string> | null };
}

export async function readSamples(file: string): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  for await (const text of createInterface({ input: createReadStream(file) })) {
    const { type, metric, data } = JSON.parse(text) as Line;
    if (type !== "Point") continue;
    samples.push({ metric, at: instantOf(data.time), value: data.value, tags: data.tags ?? {} });
  }
  return samples;
}

/** RFC 3339 with nanoseconds, in milliseconds with their fraction (`Date.parse` drops what is below a millisecond). */
function instantOf(text: string): number {
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? "";
  return Date.parse(text.replace(/\.\d+/, "")) + Number(`0.${fraction || "0"}`) * 1000;
}

/** Values of one metric whose samples carry all of `tags`. */
export function valuesOf(samples: readonly Sample[], metric: string, tags: Readonly<Record<string, string>>): number[] {
  const wanted = Object.entries(tags);
  return samples.flatMap((sample) =>
    sample.metric === metric && wanted.every(([name, value]) => sample.tags[name] === value) ? [sample.value] : [],
  );
}

/** k6's definition: linear interpolation between the two samples around rank q (n - 1). */
export function percentile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = q * (sorted.length - 1);
  const [below = Number.NaN, above = below] = sorted.slice(Math.floor(rank), Math.floor(rank) + 2);
  return below + (above - below) * (rank - Math.floor(rank));
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
