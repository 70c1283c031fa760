import type { Unit } from "./measurement-kind.ts";

/** Text forms of numbers, for people only: records and metrics keep SI units and plain ratios. */

const DIGITS = 3;
const MOST_DIGITS = 17;

interface Scale {
  /** The number in the unit that is printed. */
  readonly shown: (value: number) => number;
  readonly suffix: string;
  /** First size, in the printed unit, at which the next larger scale reads better. */
  readonly below: number;
}

/** Moves the decimal point without the rounding error of a multiplication: 0.0011 becomes 1.1, not 1.1000000000000001. */
function shift(value: number, places: number): number {
  const [digits = "0", exponent = "0"] = String(value).split("e");
  return Number(`${digits}e${String(Number(exponent) + places)}`);
}

function decimal(places: number, suffix: string, below = Infinity): Scale {
  return { shown: (value) => shift(value, places), suffix, below };
}

function binary(suffix: string): readonly Scale[] {
  return ["B", "KiB", "MiB", "GiB", "TiB"].map((name, step) => ({
    shown: (value: number): number => value / 1024 ** step,
    suffix: ` ${name}${suffix}`,
    below: name === "TiB" ? Infinity : 1024,
  }));
}

const SCALES: Readonly<Record<Unit, readonly Scale[]>> = {
  s: [decimal(6, " µs", 1000), decimal(3, " ms", 1000), decimal(0, " s")],
  ratio: [decimal(2, " %")],
  "1/s": [decimal(0, "/s")],
  count: [decimal(0, "")],
  bytes: binary(""),
  "bytes/s": binary("/s"),
  cores: [decimal(0, " cores")],
  usd: [decimal(0, "")],
  "tokens/s": [decimal(0, " tokens/s")],
};

/** Decimals that leave `digits` significant ones; near 100 % those of what is missing to 100 %. */
function decimalsFor(shown: number, unit: Unit, digits: number): number {
  const size = Math.abs(shown);
  const rest = unit === "ratio" && size > 90 && size < 100 ? Math.min(size, 100 - size) : size;
  if (rest === 0) return 0;
  const kept = rest === size ? digits : digits - 1;
  return Math.min(100, Math.max(0, kept - 1 - Math.floor(Math.log10(rest))));
}

function group(text: string): string {
  const [whole = "", fraction] = text.split(".");
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

interface Rounded {
  readonly text: string;
  readonly shown: number;
  readonly scale: Scale;
}

/** Rounds to `digits`, in the smallest scale whose rounded number still reads well (never "1000 ms"). */
function round(value: number, unit: Unit, digits: number): Rounded {
  const scales = value === 0 ? SCALES[unit].slice(unit === "s" ? 1 : 0) : SCALES[unit];
  let rounded: Rounded = { text: "", shown: value, scale: decimal(0, "") };
  for (const scale of scales) {
    const exact = scale.shown(value);
    const fixed = exact.toFixed(scale.suffix === " B" ? 0 : decimalsFor(exact, unit, digits));
    const keepsZeros = unit.startsWith("bytes") || unit === "usd";
    const trimmed = keepsZeros || !fixed.includes(".") ? fixed : fixed.replace(/\.?0+$/, "");
    const shown = Number(trimmed);
    rounded = { text: `${unit === "usd" ? "$" : ""}${group(trimmed)}${scale.suffix}`, shown, scale };
    if (Math.abs(shown) < scale.below) return rounded;
  }
  return rounded;
}

/** `183 ms`, `1.25 s`, `0.42 %`, `448/s`, `24,310`, `64.0 MiB`: about three significant digits, whole numbers whole. */
export function formatValue(value: number, unit: Unit): string {
  return Number.isFinite(value) ? round(value, unit, DIGITS).text : "not a number";
}

/**
 * As `formatValue`, but rounding never moves the number onto or across `limit`: 200.4 ms beside a limit of 200 ms
 * reads `200.4 ms`, because "200 ms" would hide why it was missed.
 */
export function formatBeside(value: number, limit: number, unit: Unit): string {
  if (!Number.isFinite(value) || !Number.isFinite(limit)) return formatValue(value, unit);
  for (let digits = DIGITS; digits < MOST_DIGITS; digits += 1) {
    const { text, shown, scale } = round(value, unit, digits);
    if (Math.sign(shown - scale.shown(limit)) === Math.sign(value - limit)) return text;
  }
  return round(value, unit, MOST_DIGITS).text;
}

/** A limit as it was meant: every digit that was written, in the unit that reads best. */
export function formatLimit(limit: number, unit: Unit): string {
  if (!Number.isFinite(limit)) return "not a number";
  for (let digits = DIGITS; digits < MOST_DIGITS; digits += 1) {
    const { text, shown, scale } = round(limit, unit, digits);
    if (shown === scale.shown(limit)) return text;
  }
  return round(limit, unit, MOST_DIGITS).text;
}

/** Whole numbers with thousands separators: `24,310`. */
export function formatCount(count: number): string {
  return formatValue(count, "count");
}
