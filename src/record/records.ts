import { join } from "node:path";
import { reason, type OpenedRun, type Reason, type Records, type RunId, type RunRecord } from "../model/index.ts";
import { ensureFolder, makeFolder, removeFolder, writeFileAtomic } from "../platform/files.ts";
import {
  prepareResults,
  RECORD_FILE,
  REPORT_FILE,
  REQUEST_FILE,
  RESOURCES_FILE,
  TIMELINE_FILE,
  TRIALS_FILE,
} from "./folder.ts";
import { readRecord } from "./read.ts";
import { parseRecord } from "./shape.ts";

/** Writes what `Records` asks for, and the pages that are made from it. */
export interface RecordStore extends Records {
  /** The page of one run, report.html in its folder. */
  saveReport(id: RunId, html: string): Promise<{ readonly problem?: Reason }>;
  /** The page of all scenarios, report.html of the results folder. */
  saveOverview(html: string): Promise<{ readonly problem?: Reason }>;
}

export interface RecordOptions {
  /** Hears that trials, a timeline or curves could not be written: the run goes on without them on disk. */
  readonly onProblem?: (problem: Reason) => void;
}

/** The run files below `folder` (absolute): each is whole or not there, and an older one survives a failed write. */
export function createRecords(folder: string, options: RecordOptions = {}): RecordStore {
  const write = (path: string, text: string): Promise<{ readonly problem?: Reason }> => writeInto(folder, path, text);
  return {
    async open(run) {
      const prepared = await prepareResults(folder);
      if (prepared.problem !== undefined) return { problem: prepared.problem };
      const made = await makeFolder(join(folder, run.id));
      if (made.problem !== undefined) {
        return { problem: reason("storage", `The run's folder cannot be made: ${made.problem.text}`) };
      }
      const { problem } = await write(join(run.id, REQUEST_FILE), textOf(run));
      return problem === undefined ? { folder: join(folder, run.id) } : { problem };
    },
    async save(record) {
      // A record that could not be read back (a NaN becomes null in JSON) must fail now, not when somebody needs it.
      const parsed = parseRecord(textOf(record));
      if ("problem" in parsed) {
        return { problem: reason("internal", `The record of ${record.id} ${parsed.problem}, so it was not written.`) };
      }
      const there = await readRecord(folder, record.id);
      if (!("record" in there)) return await saveNew(folder, record);
      const { problem, updated } = withTelemetryOf(record, there.record);
      if (problem !== undefined) return { problem, stands: there.record };
      return { ...(await write(join(record.id, RECORD_FILE), textOf(updated))), stands: updated };
    },
    async saveTrials(id, soFar) {
      const { problem } = await write(join(id, TRIALS_FILE), `${JSON.stringify(soFar)}\n`);
      if (problem !== undefined) options.onProblem?.(problem);
    },
    async saveTimeline(id, timeline) {
      const { problem } = await write(join(id, TIMELINE_FILE), `${JSON.stringify(timeline)}\n`);
      if (problem !== undefined) options.onProblem?.(problem);
    },
    async saveResources(id, series) {
      const { problem } = await write(join(id, RESOURCES_FILE), `${JSON.stringify(series)}\n`);
      if (problem !== undefined) options.onProblem?.(problem);
    },
    saveReport: (id, html) => write(join(id, REPORT_FILE), html),
    saveOverview: (html) => write(REPORT_FILE, html),
  };
}

function textOf(value: RunRecord | OpenedRun): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** A run that never came to its load has no folder yet. */
async function saveNew(folder: string, record: RunRecord): Promise<{ readonly problem?: Reason }> {
  const made = await ensureFolder(join(folder, record.id));
  if (made.problem !== undefined) return { problem: reason("storage", made.problem.text) };
  const written = await writeInto(folder, join(record.id, RECORD_FILE), textOf(record));
  if (written.problem === undefined) await removeFolder(join(folder, record.id, TRIALS_FILE)); // the record holds them
  return written;
}

/** A run ends once: nothing but what was read back later may change, and a run declared lost stays lost. */
function withTelemetryOf(
  record: RunRecord,
  there: RunRecord,
): { readonly problem?: never; readonly updated: RunRecord } | { readonly problem: Reason; readonly updated?: never } {
  if (there.state === record.state && there.verdict === record.verdict) {
    return { updated: { ...there, telemetry: record.telemetry } };
  }
  const text = `The run ${record.id} has ended already as ${there.state}: its record stays as it is.`;
  return { problem: reason("storage", text) };
}

async function writeInto(folder: string, path: string, text: string): Promise<{ readonly problem?: Reason }> {
  const { problem } = await writeFileAtomic(join(folder, path), text);
  return problem === undefined ? {} : { problem: reason("storage", problem.text) };
}
