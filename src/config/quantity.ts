/** A number that a person wrote with a unit, or one sentence on how to write it. */
export type Quantity = { readonly value: number } | { readonly problem: string };

interface Factor {
  readonly times?: number;
  /** Kept as a division, so that 183ms is exactly 0.183 s. */
  readonly by?: number;
}

const DURATION_UNITS: Readonly<Record<string, Factor>> = {
  us: { by: 1e6 },
  ms: { by: 1000 },
  s: { times: 1 },
  m: { times: 60 },
  h: { times: 3600 },
  d: { times: 86_400 },
};

const SIZE_UNITS: Readonly<Record<string, Factor>> = {
  B: { times: 1 },
  KiB: { times: 1024 },
  MiB: { times: 1024 ** 2 },
  GiB: { times: 1024 ** 3 },
  kB: { times: 1e3 },
  MB: { times: 1e6 },
  GB: { times: 1e9 },
};

const NUMBER = String.raw`\d{1,15}(?:\.\d{1,9})?`;
const PLAIN = new RegExp(`^${NUMBER}$`);
const MEASURED = new RegExp(`^(${NUMBER})\\s?([A-Za-z%/$]+)$`);
const PART = new RegExp(`(${NUMBER})(us|ms|s|m|h|d)`, "g");

/** Regular expressions of the written forms, for the JSON Schema that editors read. */
export const DURATION_FORM = `^(${NUMBER}(us|ms|s|m|h|d))+$`;

const DURATION = new RegExp(DURATION_FORM);

/** "200ms", "30s", "5m", "1h30m" -> seconds. A bare number is refused: nobody can tell its unit. */
export function parseDuration(text: string): Quantity {
  const written = text.trim();
  if (PLAIN.test(written)) {
    return { problem: `${written} has no unit: write "${written}ms", "${written}s", "${written}m" or "${written}h"` };
  }
  if (written.length > 60 || !DURATION.test(written)) {
    return { problem: `${quote(text)} is not a duration: write for example "200ms", "30s", "5m" or "1h"` };
  }
  const parts = [...written.matchAll(PART)];
  return {
    value: plainly(parts.reduce((sum, [, number, unit]) => sum + scale(number, DURATION_UNITS[unit ?? ""]), 0)),
  };
}

/** "64MiB", "10kB" -> bytes. */
export function parseSize(text: string): Quantity {
  const [, number, unit] = MEASURED.exec(text.trim()) ?? [];
  const factor = unit === undefined || !Object.hasOwn(SIZE_UNITS, unit) ? undefined : SIZE_UNITS[unit];
  if (factor !== undefined) return { value: scale(number, factor) };
  return { problem: `${quote(text)} is not a size: write for example "512KiB", "64MiB" or "2GiB"` };
}

/** "1%" or "0.01" -> 0.01. */
export function parseRatio(text: string): Quantity {
  const written = text.trim();
  const [, number, unit] = MEASURED.exec(written) ?? [];
  const value = unit === "%" ? plainly(Number(number) / 100) : PLAIN.test(written) ? Number(written) : undefined;
  if (value === undefined) return { problem: `${quote(text)} is not a ratio: write for example "1%" or "0.01"` };
  if (value > 1) {
    const hint = unit === "%" ? 'at most "100%"' : `"${written}%" if you mean percent`;
    return { problem: `${quote(text)} is more than the whole: write ${hint}` };
  }
  return { value };
}

/** "100" -> 100; a unit is refused. */
export function parsePlain(text: string): Quantity {
  const written = text.trim();
  if (PLAIN.test(written)) return { value: Number(written) };
  return { problem: `${quote(text)} is not a plain number: write for example "100"` };
}

/** "50/s" -> 50. */
export function parseRate(text: string): Quantity {
  const written = text.trim();
  const [, number, unit] = MEASURED.exec(written) ?? [];
  if (unit === "/s") return { value: Number(number) };
  if (PLAIN.test(written)) return { problem: `${written} has no unit: write "${written}/s"` };
  return { problem: `${quote(text)} is not a rate: write for example "50/s"` };
}

/** 90 -> "1m30s"; for messages. */
export function formatDuration(seconds: number): string {
  if (seconds < 1) return `${Number((seconds * 1000).toPrecision(6))}ms`;
  const whole = Math.floor(seconds);
  const rest = Number((seconds % 60).toPrecision(6));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const parts = [hours > 0 && `${hours}h`, minutes > 0 && `${minutes}m`, rest > 0 && `${rest}s`];
  return parts.filter(Boolean).join("");
}

const UNSAFE = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** Text of a stranger's file in a message: quoted, short, and unable to steer a terminal. */
export function quote(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  return JSON.stringify(short).replace(UNSAFE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** 99.9 % is 0.999 and not 0.9990000000000001. */
function plainly(value: number): number {
  return Number(value.toPrecision(15));
}

function scale(number: string | undefined, factor: Factor | undefined): number {
  return (Number(number) * (factor?.times ?? 1)) / (factor?.by ?? 1);
}
