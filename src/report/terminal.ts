/** Records as text for terminals: signs and colour where they are wanted, plain ASCII words everywhere else. */
import pc from "picocolors";
import type { Finding, RunRecord, RunSummary, Uptime } from "../model/index.ts";
import { formatValue } from "../model/index.ts";
import { resourceLine } from "./resource-table.ts";
import { ladderText, levelText, shownTime, STEP_TONES, STEP_WORDS } from "./ladder-words.ts";
import { targetRows, titleOf, type TargetRow } from "./targets.ts";
import { FINDING_TONES, lengthText, outcomeOf, PLAIN_SIGNS, SIGNS, timeText, whyOf, type Tone } from "./words.ts";

export interface TerminalOptions {
  /** Signs and ANSI colours; without it nothing but ASCII is printed, safe for logs. */
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

type Paint = (text: string) => string;
type Palette = Readonly<Record<Tone | "bold" | "dim", Paint>>;

const MIN_WIDTH = 40;
const GAP = "  ";

function palette(colour: boolean): Palette {
  const c = pc.createColors(colour);
  return { pass: c.green, warning: c.yellow, fail: c.red, none: c.dim, live: c.cyan, bold: c.bold, dim: c.dim };
}

/** The verdict, one line why, and the targets table with the target's uptime as it is now; ends without a newline. */
export function renderRun(record: RunRecord, options: TerminalOptions, uptime?: Uptime): string {
  const paint = palette(options.colour);
  const outcome = outcomeOf(record);
  const length = lengthText(record);
  const head = options.colour
    ? `${signOf(outcome.tone)} ${outcome.word}: ${record.scenario}`
    : `${outcome.word.toUpperCase()} ${record.scenario}`;
  const facts = [record.target, timeText(record.started_at), ...(length === undefined ? [] : [length])].join(", ");
  const lines = [
    paint[outcome.tone](paint.bold(oneLine(head))) + `${GAP}${paint.dim(oneLine(facts))}`,
    ...wrap(whyOf(record), options.width),
    "",
    ...targetLines(targetRows(record, uptime), options),
    "",
    ...ladderLines(record, options),
    ...violationLines(record.findings ?? [], options),
    ...systemLines(record).map(paint.dim),
    paint.dim(`Run ${oneLine(record.id)}`),
  ];
  return safe(lines.join("\n"), options);
}

/** Steps of a ladder, one a line, and what they come to. */
function ladderLines({ ladder }: RunRecord, options: TerminalOptions): readonly string[] {
  if (ladder === undefined || ladder.steps.length === 0) return [];
  const paint = palette(options.colour);
  const time = shownTime(ladder);
  const names = [...(time === undefined ? [] : [time]), "error_rate", "goodput"];
  const cells = ladder.steps.map(({ level, measurements }) => [
    levelText(level, ladder),
    ...names.map((name) => {
      const measured = measurements[name];
      return `${titleOf(name)} ${measured === undefined ? "-" : formatValue(measured.value, measured.unit)}`;
    }),
  ]);
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ""))));
  const lines = ladder.steps.map(({ result }, at) => {
    const row = (cells[at] ?? []).map((cell, column) => pad(cell, widths[column] ?? 0)).join(GAP);
    const tone = STEP_TONES[result];
    const told = options.colour ? `${signOf(tone)} ${STEP_WORDS[result]}` : PLAIN_SIGNS[tone];
    return `${row}${GAP}${paint[tone](told)}`;
  });
  return [...wrap(ladderText(ladder), options.width), ...lines, ""];
}

/** What is not as benchmarks are to be run on; nothing where all is. */
function violationLines(findings: readonly Finding[], options: TerminalOptions): readonly string[] {
  const violations = findings.filter(({ result }) => result === "violation");
  return violations.length === 0 ? [] : [...findingLines(violations, options), ""];
}

/** What was found of the surroundings, as `doctor` shows it; ends without a newline. */
export function renderFindings(findings: readonly Finding[], options: TerminalOptions): string {
  return safe(findingLines(findings, options).join("\n"), options);
}

function findingLines(findings: readonly Finding[], options: TerminalOptions): readonly string[] {
  const paint = palette(options.colour);
  const indent = "     ";
  return findings.flatMap(({ result, text }) => {
    const tone = FINDING_TONES[result];
    const sign = options.colour ? signOf(tone) : PLAIN_SIGNS[tone];
    const [first = "", ...rest] = wrap(text, options.width - indent.length);
    return [`${paint[tone](sign)}${options.colour ? "   " : " "}${first}`, ...rest.map((line) => indent + line)];
  });
}

function systemLines(record: RunRecord): readonly string[] {
  const text = resourceLine(record);
  return text === undefined ? [] : [oneLine(text)];
}

function targetLines(rows: readonly TargetRow[], options: TerminalOptions): readonly string[] {
  const paint = palette(options.colour);
  const cells = rows.map((row) => [row.metric, row.target, row.current].map((cell) => oneLine(cell)));
  const header = ["Metric", "Target", "Current"];
  const widths = header.map((title, at) => Math.max(title.length, ...cells.map((row) => widthOf(row[at] ?? ""))));
  const align = (row: readonly string[]): string => row.map((cell, at) => pad(cell, widths[at] ?? 0)).join(GAP);
  const rule = widths.map((width) => "-".repeat(width)).join(GAP);
  const body = rows.map((row, at) => {
    const status = options.colour ? `${signOf(row.tone)} ${row.status}` : plainStatus(row);
    return `${align(cells[at] ?? [])}${GAP}${paint[row.tone](status)}`;
  });
  return [paint.bold(`${align(header)}${GAP}Status`), paint.dim(`${rule}${GAP}------`), ...body];
}

/** `PASS`, or for the fourth sign with its words: `---- Not measured`. */
function plainStatus(row: TargetRow): string {
  return row.tone === "none" ? `${PLAIN_SIGNS.none} ${row.status}` : PLAIN_SIGNS[row.tone];
}

/** One line a run in the order given, ended (a record will do) or not; ends without a newline. */
export function renderList(runs: readonly RunSummary[], options: TerminalOptions): string {
  if (runs.length === 0) return "No runs yet.";
  const paint = palette(options.colour);
  const header = ["Run", "Result", "P95", "Errors"];
  const rows = runs.map((record) => {
    const outcome = outcomeOf(record);
    return {
      tone: outcome.tone,
      cells: [oneLine(record.id), outcome.word, shown(record, "latency_p95"), shown(record, "error_rate")],
    };
  });
  const widths = header.map((title, at) => Math.max(title.length, ...rows.map((row) => row.cells[at]?.length ?? 0)));
  const align = (cells: readonly string[]): string => cells.map((cell, at) => pad(cell, widths[at] ?? 0)).join(GAP);
  const lines = rows.map(({ tone, cells }) => {
    const mark = options.colour ? `${signOf(tone)} ` : "";
    return `${mark}${paint[tone](align(cells).trimEnd())}`;
  });
  const indent = options.colour ? "   " : "";
  return safe([paint.bold(`${indent}${align(header)}`), ...lines].join("\n"), options);
}

function shown(record: RunSummary, name: string): string {
  const measured = record.measurements[name];
  return measured === undefined ? "-" : formatValue(measured.value, measured.unit);
}

/** Signs of one and of two columns end at the same place. */
function signOf(tone: Tone): string {
  return pad(SIGNS[tone], 2);
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

/** Columns that a terminal gives to text: two for emoji and full-width letters, none for joiners and accents. */
export function widthOf(text: string): number {
  let columns = 0;
  for (const { segment } of new Intl.Segmenter("en").segment(text)) {
    const wide =
      /\p{Emoji_Presentation}|\p{Emoji}\uFE0F|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60]/u;
    columns += wide.test(segment) ? 2 : /^[\p{M}\p{C}]*$/u.test(segment) ? 0 : 1;
  }
  return columns;
}

function wrap(text: string, width: number): readonly string[] {
  const most = Math.max(MIN_WIDTH, width);
  const lines: string[] = [];
  for (const word of oneLine(text).split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last) + 1 + widthOf(word) <= most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Text from outside must not move the cursor, colour the screen or begin a line. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
}

const ASCII: Readonly<Record<string, string>> = { "–": "-", µ: "u", "…": "...", "’": "'", "·": "-" };

function safe(text: string, options: TerminalOptions): string {
  if (options.colour) return text;
  return text.replaceAll(/[^\n\x20-\x7e]/gu, (letter) => ASCII[letter] ?? "?");
}
