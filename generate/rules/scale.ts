/**
 * Time-scaled rules for tests: at 1/30 an hour is two minutes, so that what needs half a day of waiting can be seen on
 * real programs. Only lengths of time change; names, labels, limits and words stay those of the shipped rules. How often
 * targets are probed and daemons scraped has to be scaled by the same factor (the rules count on a probe each 15 s).
 */
const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /(\d+)([smhd])/;

const AT_END = /\d+[smhd](?=\]?$)/;

/** `[1h]` and `[30d]` of PromQL. */
const RANGE = new RegExp(String.raw`\[${DURATION.source}\]`, "g");
/** A key of Prometheus' or Alertmanager's YAML that says how long or how often. */
const KEY = new RegExp(String.raw`^(\s*(?:- )?(?:\w*(?:interval|timeout|wait)|for): )${DURATION.source}$`, "gm");

/** A length of time as Prometheus writes it, `scale` times as long. 1 leaves it as it is written. */
export function scaledDuration(duration: string, scale: number): string {
  const [, count = "", unit = ""] = DURATION.exec(duration) ?? [];
  const ms = Number(count) * (UNITS_MS[unit] ?? Number.NaN);
  if (!Number.isFinite(ms)) throw new Error(`${duration} is no length of time such as 5m`);
  return scale === 1 || ms === 0 ? duration : `${String(Math.max(1, Math.round(ms * scale)))}ms`;
}

/** Rules or a configuration with every length of time scaled. */
export function scaledYaml(text: string, scale: number): string {
  const scaled = (place: string): string => place.replace(AT_END, (duration) => scaledDuration(duration, scale));
  return text.replaceAll(KEY, scaled).replaceAll(RANGE, scaled);
}
