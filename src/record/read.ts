import { join } from "node:path";
import { isRunId, type ResourceSeries, type RunRecord, type Timeline } from "../model/index.ts";
import { listFolder, readTextFile, statOf, type Entry } from "../platform/files.ts";
import { isOurs, RECORD_FILE, RESOURCES_FILE, runFolder, TIMELINE_FILE } from "./folder.ts";
import { parseRecord, parseSeries, parseTimeline } from "./shape.ts";

/** Far above any true file: a one-hour timeline has under 1 MiB. Guards the memory, not the format. */
const MAX_BYTES = 32 * 1024 * 1024;
/** Files read at the same time, so that thousands of runs do not exhaust the file handles. */
const AT_ONCE = 16;

/** Something in results/ that is no readable record; it stays where it is, and the list is served without it. */
export interface Quarantined {
  readonly name: string;
  /** One sentence that begins with the path. */
  readonly problem: string;
}

export interface RecordList {
  /** Newest first. */
  readonly records: readonly RunRecord[];
  readonly quarantined: readonly Quarantined[];
  /** Run folders without a record: a run is at work there, or died. */
  readonly unfinished: readonly string[];
}

export interface ListOptions {
  /** Stop after so many records, the newest; absent: all. */
  readonly limit?: number;
  /** A record as it was read before: its file is not read again. */
  readonly known?: (id: string) => RunRecord | undefined;
}

type Found = { readonly record: RunRecord } | { readonly quarantined: Quarantined } | { readonly unfinished: string };

/** All records below `folder`, newest first; a bad, half or foreign file is listed apart and hides no other. */
export async function listRecords(
  folder: string,
  options: ListOptions = {},
): Promise<RecordList | { readonly problem: string }> {
  const listed = await listFolder(folder);
  if ("problem" in listed) {
    // Nothing has run yet: an empty list is the truth.
    if (listed.problem.kind === "missing") return { records: [], quarantined: [], unfinished: [] };
    return { problem: `The results cannot be listed: ${listed.problem.text}` };
  }
  const entries = listed.entries.filter((entry) => !isOurs(entry)).reverse();
  const found = await lookAtAll(folder, entries, options);
  return {
    records: found.flatMap((f) => ("record" in f ? [f.record] : [])).slice(0, options.limit),
    quarantined: found.flatMap((f) => ("quarantined" in f ? [f.quarantined] : [])),
    unfinished: found.flatMap((f) => ("unfinished" in f ? [f.unfinished] : [])),
  };
}

async function lookAtAll(
  folder: string,
  entries: readonly Entry[],
  { limit = Infinity, known }: ListOptions,
): Promise<readonly Found[]> {
  const found: Found[] = [];
  let records = 0;
  for (let at = 0; at < entries.length && records < limit; at += AT_ONCE) {
    const batch = await Promise.all(entries.slice(at, at + AT_ONCE).map((entry) => lookAt(folder, entry, known)));
    found.push(...batch);
    records += batch.filter((f) => "record" in f).length;
  }
  return found;
}

async function lookAt(folder: string, entry: Entry, known: ListOptions["known"]): Promise<Found> {
  const path = join(folder, entry.name);
  if (!isRunId(entry.name) || entry.kind !== "folder") {
    return { quarantined: { name: entry.name, problem: `${path} is not the folder of a run.` } };
  }
  const record = known?.(entry.name);
  if (record !== undefined) return { record };
  const read = await readRecordFile(path, entry.name);
  if ("record" in read) return read;
  if (read.missing) return { unfinished: entry.name };
  return { quarantined: { name: entry.name, problem: read.problem } };
}

type ReadRecord = { readonly record: RunRecord } | { readonly problem: string; readonly missing: boolean };

async function readRecordFile(folder: string, id: string): Promise<ReadRecord> {
  const path = join(folder, RECORD_FILE);
  const text = await readPlainFile(path);
  if ("problem" in text) return text;
  const parsed = parseRecord(text.text);
  if ("problem" in parsed) return { problem: `${path} ${parsed.problem}.`, missing: false };
  if (parsed.record.id !== id) {
    return { problem: `${path} is the record of another run, ${parsed.record.id}.`, missing: false };
  }
  return parsed;
}

/** Text of a plain file: a link could lead out of the results, a pipe could block us for ever. */
async function readPlainFile(
  path: string,
): Promise<{ readonly text: string } | { readonly problem: string; readonly missing: boolean }> {
  const found = await statOf(path);
  if ("problem" in found) return { problem: found.problem.text, missing: found.problem.kind === "missing" };
  if (found.stat.kind !== "file") return { problem: `${path} is not a plain file.`, missing: false };
  const read = await readTextFile(path, { maxBytes: MAX_BYTES });
  return "problem" in read ? { problem: read.problem.text, missing: false } : read;
}

/** The record of one run; `id` may be any text from outside. The problem is a sentence for people. */
export async function readRecord(
  folder: string,
  id: string,
): Promise<{ readonly record: RunRecord } | { readonly problem: string }> {
  const run = await runFolder(folder, id);
  if ("problem" in run) return run;
  const read = await readRecordFile(run.folder, run.id);
  if ("record" in read) return read;
  return { problem: read.missing ? `The run ${run.id} has no record: it has not ended, or it died.` : read.problem };
}

/** The curves of the target's system; undefined when the run has none. */
export async function readSeries(
  folder: string,
  id: string,
): Promise<{ readonly series: ResourceSeries | undefined } | { readonly problem: string }> {
  const run = await runFolder(folder, id);
  if ("problem" in run) return run;
  const path = join(run.folder, RESOURCES_FILE);
  const text = await readPlainFile(path);
  if ("problem" in text) return text.missing ? { series: undefined } : { problem: text.problem };
  const parsed = parseSeries(text.text);
  return "problem" in parsed ? { problem: `${path} ${parsed.problem}.` } : parsed;
}

/** The timeline of one run; undefined when it has none (its engine left no series, or it was not kept). */
export async function readTimeline(
  folder: string,
  id: string,
): Promise<{ readonly timeline: Timeline | undefined } | { readonly problem: string }> {
  const run = await runFolder(folder, id);
  if ("problem" in run) return run;
  const path = join(run.folder, TIMELINE_FILE);
  const text = await readPlainFile(path);
  if ("problem" in text) return text.missing ? { timeline: undefined } : { problem: text.problem };
  const parsed = parseTimeline(text.text);
  return "problem" in parsed ? { problem: `${path} ${parsed.problem}.` } : parsed;
}
