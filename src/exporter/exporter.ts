import type { Clock } from "../model/index.ts";
import { DAEMON } from "./catalogue/index.ts";
import type { ExporterEvents, ExporterFacts } from "./facts.ts";
import { createLive, type Live } from "./live.ts";
import { endOf, familiesOf, linesOf, type Family } from "./page.ts";
import { negotiated } from "./negotiate.ts";
import type { Build } from "./project.ts";
import { createProjection } from "./projection.ts";
import { Samples } from "./samples.ts";
import { createTally } from "./tally.ts";

export interface ExporterOptions extends Build {
  /**
   * Called at each scrape: from memory, never waiting. Records that have not changed are the same objects as before,
   * so that the page is written anew only when something has.
   */
  readonly facts: () => ExporterFacts;
  readonly clock: Clock;
  /** False leaves the metrics of the process out, of which there can be one set in a process. Default: true. */
  readonly ofProcess?: boolean;
  /** Hears why a part of the page could not be had, once until it can be had again. */
  readonly onProblem?: (part: "facts" | "process", error: unknown) => void;
}

export interface Exporter {
  /**
   * The whole page, in the format that `accept` (the header of that name) prefers. Never rejects: a part that fails is
   * left as it was, and `…_scrape_collector_success` says so.
   */
  render(accept?: string): Promise<{ readonly contentType: string; readonly text: string }>;
  readonly events: ExporterEvents;
}

/** The page for Prometheus: gauges as a projection of facts, counters of what happened since the daemon began. */
export function createExporter(options: ExporterOptions): Exporter {
  const { clock } = options;
  const tally = createTally();
  const live = createLive(options.ofProcess ?? true);
  const projection = createProjection({ facts: options.facts, build: options, tally, clock });
  const tell = onceWhileBroken(options.onProblem);
  return {
    async render(accept) {
      const { format, contentType } = negotiated(accept);
      const { text, sources, ...facts } = projection();
      tell("facts", facts);
      const { families, source, ...own } = await ownFamilies(live, clock);
      tell("process", own);
      const health = familiesOf(healthOf([...sources, source]));
      const page = `${text(format)}${linesOf([...families, ...health], format)}${endOf(format)}`;
      return { contentType, text: page };
    },
    events: {
      runEnded: (record) => tally.runEnded(record),
      slotsSkipped: (scenario, target, skipped) => tally.slotsSkipped(scenario, target, skipped),
      runBegan: (seconds) => live.runBegan(seconds),
      httpAnswered: (handler, answer) => live.httpAnswered(handler, answer),
    },
  };
}

type Source = ExporterFacts["sources"][number];

async function ownFamilies(live: Live, clock: Clock) {
  const began = clock.now();
  const read = await live.families().then(
    (families) => ({ families }),
    (error: unknown) => ({ families: [] as readonly Family[], problem: error }),
  );
  const seconds = Math.max(0, clock.now() - began) / 1000;
  return { ...read, source: { name: "process", ok: !("problem" in read), seconds } };
}

function healthOf(sources: readonly Source[]): Samples {
  const samples = new Samples();
  for (const { name: collector, ok, seconds, target, trigger } of sources) {
    samples.add(DAEMON.collectorSuccess, { collector, target, trigger }, Number(ok));
    samples.add(DAEMON.collectorDuration, { collector }, seconds);
  }
  return samples;
}

/** A page is asked for every few seconds: one line of the log tells of a broken part, not thousands. */
function onceWhileBroken(onProblem: ExporterOptions["onProblem"]) {
  const broken = new Set<string>();
  return (part: "facts" | "process", result: { readonly problem?: unknown }): void => {
    if (!("problem" in result)) broken.delete(part);
    else if (!broken.has(part)) {
      broken.add(part);
      onProblem?.(part, result.problem);
    }
  };
}
