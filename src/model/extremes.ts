// Math.max(...values) throws from about 125,000 values on; a run of a week has five times as many seconds.

/** -Infinity of none. */
export function highestOf(values: readonly number[]): number {
  return values.reduce((most, value) => (value > most || Number.isNaN(value) ? value : most), -Infinity);
}

/** Infinity of none. */
export function lowestOf(values: readonly number[]): number {
  return values.reduce((least, value) => (value < least || Number.isNaN(value) ? value : least), Infinity);
}
