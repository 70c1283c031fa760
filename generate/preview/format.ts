/** Values in Grafana's units, as far as the dashboards use them; an unknown unit is an error, not a guess. */
const SHORT = ["", " K", " Mil", " Bil"] as const;
const BYTES = [" B", " KiB", " MiB", " GiB", " TiB"] as const;
const PER_SECOND = [" B/s", " kB/s", " MB/s", " GB/s"] as const;

type Format = (value: number, decimals: number | undefined, now: number) => string;

const FORMATS: Readonly<Record<string, Format>> = {
  none: (value, decimals) => digits(value, decimals),
  short: (value, decimals) => scaled([value, 1000, decimals], SHORT),
  bytes: (value, decimals) => scaled([value, 1024, decimals], BYTES),
  Bps: (value, decimals) => scaled([value, 1000, decimals], PER_SECOND),
  reqps: (value, decimals) => `${scaled([value, 1000, decimals], ["", "K", "M"])} req/s`,
  cps: (value, decimals) => `${scaled([value, 1000, decimals], ["", "K", "M"])} c/s`,
  percentunit: (value, decimals) => `${digits(value * 100, decimals)}%`,
  currencyUSD: (value, decimals) => `$${digits(value, decimals)}`,
  s: seconds,
  ms: (value, decimals) => seconds(value / 1000, decimals),
  dateTimeAsIso: (value) => new Date(value).toISOString().slice(0, 19).replace("T", " "),
  dateTimeFromNow: (value, _, now) => fromNow(now - value / 1000),
};

/** A value as Grafana shows it; `now` in unix seconds. */
export function formatted(value: number, unit: string, about: { decimals?: number | undefined; now: number }): string {
  const format = FORMATS[unit] ?? (unit.startsWith("suffix:") ? suffix(unit.slice("suffix:".length)) : undefined);
  if (format === undefined) throw new Error(`The preview does not know Grafana's unit ${unit}.`);
  return format(value, about.decimals, about.now);
}

const suffix =
  (word: string): Format =>
  (value, decimals) =>
    `${scaled([value, 1000, decimals], SHORT)}${word}`;

/** As many decimals as Grafana chooses by itself: few enough to make 99.979 a 100. */
function digits(value: number, decimals: number | undefined): string {
  if (decimals !== undefined) return value.toFixed(decimals);
  if (value === 0 || value % 1 === 0) return String(value);
  const own = Math.max(0, 1 - Math.floor(Math.log10(Math.abs(value))));
  const more = Math.abs(value) * 10 ** own > 2.25 ? 1 : 0;
  return String(Number(value.toFixed(Math.min(12, own + more))));
}

function scaled(
  [value, base, decimals]: readonly [number, number, number | undefined],
  units: readonly string[],
): string {
  const size = Math.abs(value) < base ? 0 : Math.floor(Math.log(Math.abs(value)) / Math.log(base));
  const power = Math.min(size, units.length - 1);
  return `${digits(value / base ** power, decimals)}${units[power] ?? ""}`;
}

function seconds(value: number, decimals: number | undefined): string {
  const size = Math.abs(value);
  if (size === 0) return "0 s";
  if (size < 1e-3) return `${digits(value * 1e6, decimals)} µs`;
  if (size < 1) return `${digits(value * 1e3, decimals)} ms`;
  if (size < 60) return `${digits(value, decimals)} s`;
  if (size < 3600) return `${digits(value / 60, decimals)} min${size >= 120 ? "s" : ""}`;
  if (size < 86_400) return `${digits(value / 3600, decimals)} hour${size >= 7200 ? "s" : ""}`;
  return `${digits(value / 86_400, decimals)} days`;
}

function fromNow(ago: number): string {
  const size = Math.abs(ago);
  const [count, word] =
    size < 90
      ? [1, "minute"]
      : size < 5400
        ? [size / 60, "minute"]
        : size < 129_600
          ? [size / 3600, "hour"]
          : [size / 86_400, "day"];
  const rounded = Math.round(count);
  const text = `${rounded === 1 ? "a" : String(rounded)}${rounded === 1 && word === "hour" ? "n" : ""} ${word}${rounded === 1 ? "" : "s"}`;
  return ago >= 0 ? `${text} ago` : `in ${text}`;
}
