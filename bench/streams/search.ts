import { whyNot, type Tool, type Trial } from "./trial.ts";

export interface SearchOptions {
  readonly start: number;
  readonly most: number;
  readonly least: number;
  /** Steps between the highest that held and the lowest that did not. */
  readonly bisections: number;
  /** How often a number of streams that did not hold is tried. */
  readonly tries: number;
  readonly tell: (line: string) => void;
}

export interface Capacity {
  readonly name: string;
  readonly kind: Tool["kind"];
  /** The best trial of the highest number of streams that was held; absent: none was. */
  readonly held?: Trial;
  /** The lowest number that was not held. */
  readonly first?: Trial;
  readonly trials: readonly Trial[];
}

/** Doubles (or, where the start does not hold, halves) and then bisects the number of streams. */
export async function findCapacity(tool: Tool, options: SearchOptions): Promise<Capacity> {
  const { start, most, least, bisections } = options;
  const trials: Trial[] = [];
  let held: Trial | undefined;
  let first: Trial | undefined;
  const attempt = async (streams: number): Promise<void> => {
    const best = await tryAt(tool, streams, { options, trials });
    if (whyNot(best) === undefined) held = best;
    else first = best;
  };
  for (let streams = start; streams >= least && streams <= most;) {
    await attempt(streams);
    if (held !== undefined && first !== undefined) break;
    streams = held === undefined ? Math.round(streams / 2) : streams * 2;
  }
  for (let step = 0; step < bisections && held !== undefined && first !== undefined; step += 1)
    await attempt(Math.round((held.streams + first.streams) / 2));
  return { name: tool.name, kind: tool.kind, trials, ...(held && { held }), ...(first && { first }) };
}

async function tryAt(
  tool: Tool,
  streams: number,
  { options, trials }: { readonly options: SearchOptions; readonly trials: Trial[] },
): Promise<Trial> {
  for (let left = options.tries; ; left -= 1) {
    const trial = await tool.run(streams);
    trials.push(trial);
    const why = whyNot(trial);
    options.tell(`${tool.name}, ${streams} streams: ${summary(trial)}: ${why ?? "held"}`);
    if (why === undefined || left <= 1) return trial;
  }
}

function summary({ measured, truth, cpuSeconds, says }: Trial): string {
  const pair = (of: { p50: number; p99: number } | undefined): string =>
    of === undefined ? "-" : `${of.p50.toFixed(1)} / ${of.p99.toFixed(1)} ms`;
  const open = truth === undefined ? "" : `, ${truth.open.toFixed(0)} open`;
  return `${pair(measured)} (true ${pair(truth)}${open}), CPU ${cpuSeconds.toFixed(1)} s${says === undefined ? "" : `, ${says}`}`;
}
