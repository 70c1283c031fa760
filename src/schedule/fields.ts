/** The five fields of a cron line: what each may say, and a sentence for what it may not. */

export interface CronFields {
  /** Minutes since local midnight, rising: every time of day that the line names. */
  readonly minutesOfDay: readonly number[];
  readonly days: readonly number[];
  /** 1 to 12. */
  readonly months: readonly number[];
  /** 0 (Sunday) to 6. */
  readonly weekdays: readonly number[];
  /** The field is `*`; where both are not, one of them that matches is enough. */
  readonly anyDay: boolean;
  readonly anyWeekday: boolean;
  /** No wildcard or step in minute and hour: a time of day, not a pace. The two meet changes of the clock differently. */
  readonly fixedTime: boolean;
  /** The same line without names, in the form the library reads. */
  readonly canonical: string;
}

export type FieldsResult = { readonly fields: CronFields } | { readonly problem: string };

interface Kind {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names: readonly string[];
}

interface Field {
  readonly values: readonly number[];
  readonly every: boolean;
  readonly stepped: boolean;
  readonly written: string;
}

type Parsed<T> = T | { readonly problem: string };

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const KINDS = [
  { name: "minute", least: 0, most: 59, names: [] },
  { name: "hour", least: 0, most: 23, names: [] },
  { name: "day of the month", least: 1, most: 31, names: [] },
  { name: "month", least: 1, most: 12, names: MONTHS },
  { name: "day of the week", least: 0, most: 7, names: WEEKDAYS },
] as const satisfies readonly Kind[];

const FIVE = 'a cron line has five fields: minute hour day month weekday, for example "0 2 * * *"';
const MOST_CHARACTERS = 300;
const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Reads a cron line; the problem is one sentence without the place. */
export function parseFields(cron: string): FieldsResult {
  if (cron.length > MOST_CHARACTERS) return { problem: `a cron line has at most ${MOST_CHARACTERS} characters` };
  const parts = cron.trim().split(/\s+/);
  if (parts.length === 6) return { problem: `${FIVE}; a field for seconds is not known, so leave the first one out` };
  if (parts.length !== 5) return { problem: FIVE };
  const fields: Field[] = [];
  for (const [index, kind] of KINDS.entries()) {
    const field = parseField(parts[index] ?? "", kind);
    if ("problem" in field) return field;
    fields.push(field);
  }
  const [minute, hour, day, month, weekday] = fields;
  if (!minute || !hour || !day || !month || !weekday) return { problem: FIVE };
  const problem = dateProblem({ day, month, weekday });
  return problem === undefined ? { fields: assemble({ minute, hour, day, month, weekday }) } : { problem };
}

/** Reads a day-of-week field by itself: days from 0 (Sunday) to 6, rising. */
export function parseWeekdays(written: string): Parsed<{ readonly weekdays: readonly number[] }> {
  const field = parseField(written.trim(), KINDS[4]);
  if ("problem" in field) return field;
  return { weekdays: [...new Set(field.values.map((value) => value % 7))].sort((a, b) => a - b) };
}

type Named = Readonly<Record<"minute" | "hour" | "day" | "month" | "weekday", Field>>;

function assemble({ minute, hour, day, month, weekday }: Named): CronFields {
  const weekdays = [...new Set(weekday.values.map((value) => value % 7))].sort((a, b) => a - b);
  const anyWeekday = weekday.written === "*";
  const anyDay = day.written === "*";
  const list = (values: readonly number[], any: boolean): string => (any ? "*" : values.join(","));
  const clock = ({ every, stepped, written, values }: Field): string =>
    every ? "*" : stepped ? written : values.join(",");
  return {
    minutesOfDay: hour.values.flatMap((h) => minute.values.map((m) => h * 60 + m)),
    days: day.values,
    months: month.values,
    weekdays,
    anyDay,
    anyWeekday,
    fixedTime: ![minute, hour].some(({ every, stepped }) => every || stepped),
    canonical: [
      clock(minute),
      clock(hour),
      list(day.values, anyDay),
      list(month.values, month.every),
      list(weekdays, anyWeekday),
    ].join(" "),
  };
}

/** Days that no month has never come; a weekday beside them still does. */
function dateProblem({ day, month, weekday }: Pick<Named, "day" | "month" | "weekday">): string | undefined {
  if (weekday.written !== "*") return undefined;
  const first = day.values[0] ?? 1;
  if (month.values.some((value) => first <= (LONGEST_MONTHS[value - 1] ?? 0))) return undefined;
  const months = month.values.map((value) => MONTHS[value - 1] ?? "").join(", ");
  return `never comes: day ${first} is in no year a day of ${months}`;
}

function parseField(written: string, kind: Kind): Parsed<Field> {
  const values = new Set<number>();
  for (const item of written.split(",")) {
    const parsed = parseItem(item, kind);
    if ("problem" in parsed) return parsed;
    for (let value = parsed.from; value <= parsed.to; value += parsed.step) values.add(value);
  }
  const sorted = [...values].sort((a, b) => a - b);
  const every = sorted.length >= kind.most - kind.least + 1;
  return { values: sorted, every, stepped: /[*/]/.test(written), written };
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

function parseItem(item: string, kind: Kind): Parsed<Range> {
  const fault = (text: string) => ({ problem: `${kind.name}: ${text}` });
  const form = /^(?:(?<star>\*)|(?<from>[a-z\d]+)(?:-(?<to>[a-z\d]+))?)(?:\/(?<step>\d+))?$/i.exec(item)?.groups;
  if (form === undefined) return fault(`${shown(item)} is not understood: ${expected(kind)}`);
  const { least, most } = kind;
  const step = Number(form.step ?? 1);
  // A step as long as the field would be a plain number in disguise.
  if (step < 1 || step > most - least) return fault(`the step ${shown(item)} must be from 1 to ${most - least}`);
  // 7 is a second name of Sunday.
  const last = kind.names === WEEKDAYS ? 6 : most;
  if (form.star !== undefined) return { from: least, to: last, step };
  const from = valueOf(form.from ?? "", kind);
  const to = form.to === undefined ? from : valueOf(form.to, kind, true);
  for (const [text, value] of [[form.from, from] as const, [form.to ?? form.from, to] as const]) {
    if (Number.isNaN(value)) return fault(`${shown(text ?? "")} is not understood: ${expected(kind)}`);
    if (value < least || value > most) return fault(`${value} is not from ${least} to ${most}`);
  }
  if (form.step !== undefined && form.to === undefined) {
    return fault(`${shown(item)} has a step but no range: write "${from}-${last}/${step}" or "*/${step}"`);
  }
  if (from > to) return fault(`${shown(item)} ends before it begins: write "${from}-${last},${least}-${to}"`);
  return { from, to, step };
}

function expected({ names }: Kind): string {
  const named = names.length === 0 ? "" : ` names (${names.slice(1, 3).join(", ")}),`;
  return `use numbers,${named} lists (1,2), ranges (1-5) and steps (*/15)`;
}

function valueOf(text: string, kind: Kind, last = false): number {
  if (/^\d+$/.test(text)) return Number(text);
  const index = kind.names.indexOf(text.toUpperCase());
  if (index < 0) return Number.NaN;
  // FRI-SUN ends with the week.
  return last && kind.names === WEEKDAYS && index === 0 ? 7 : index + (kind.names === MONTHS ? 1 : 0);
}

function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}
