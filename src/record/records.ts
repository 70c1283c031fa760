import { join } from "node:path";
import { reason, type Reason, type Records, type RunId } from "../model/index.ts";
import { makeFolder, writeFileAtomic } from "../platform/files.ts";
import { prepareResults, RECORD_FILE, REPORT_FILE, TIMELINE_FILE } from "./folder.ts";
import { parseRecord } from "./shape.ts";

/** Writes what `Records` asks for, and the pages that are made from it. */
export interface RecordStore extends Records {
  /** The page of one run, report.html in its folder. */
  saveReport(id: RunId, html: string): Promise<{ readonly problem?: Reason }>;
  /** The page of all scenarios, report.html of the results folder. */
  saveOverview(html: string): Promise<{ readonly problem?: Reason }>;
}

export interface RecordOptions {
  /** Hears that a timeline could not be written: the run goes on, its report has no timeline. */
  readonly onProblem?: (problem: Reason) => void;
}

/** The run files below `folder` (absolute): each is whole or not there, and an older one survives a failed write. */
export function createRecords(folder: string, options: RecordOptions = {}): RecordStore {
  const write = (path: string, text: string): Promise<{ readonly problem?: Reason }> => writeInto(folder, path, text);
  return {
    async open(id) {
      const prepared = await prepareResults(folder);
      if (prepared.problem !== undefined) return { problem: prepared.problem };
      const made = await makeFolder(join(folder, id));
      if (made.problem !== undefined) {
        return { problem: reason("storage", `The run's folder cannot be made: ${made.problem.text}`) };
      }
      return { folder: join(folder, id) };
    },
    async save(record) {
      const text = `${JSON.stringify(record, null, 2)}\n`;
      const parsed = parseRecord(text);
      // A record that could not be read back (a NaN becomes null in JSON) must fail now, not when somebody needs it.
      if ("problem" in parsed) {
        return { problem: reason("internal", `The record of ${record.id} ${parsed.problem}, so it was not written.`) };
      }
      return write(join(record.id, RECORD_FILE), text);
    },
    async saveTimeline(id, timeline) {
      const { problem } = await write(join(id, TIMELINE_FILE), `${JSON.stringify(timeline)}\n`);
      if (problem !== undefined) options.onProblem?.(problem);
    },
    saveReport: (id, html) => write(join(id, REPORT_FILE), html),
    saveOverview: (html) => write(REPORT_FILE, html),
  };
}

async function writeInto(folder: string, path: string, text: string): Promise<{ readonly problem?: Reason }> {
  const { problem } = await writeFileAtomic(join(folder, path), text);
  return problem === undefined ? {} : { problem: reason("storage", problem.text) };
}
