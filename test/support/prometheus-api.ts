/** Questions to a real Prometheus. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** Every value, oldest first; of native histograms, how many samples they hold. */
  readonly values: readonly number[];
}

export type Answer = { readonly series: readonly Series[] } | { readonly error: string };

interface Histogram {
  readonly count: string;
}
interface Result {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
  readonly histogram?: readonly [number, Histogram];
  readonly histograms?: readonly (readonly [number, Histogram])[];
}

interface Body {
  readonly status: string;
  readonly error?: string;
  readonly data: { readonly result: readonly Result[] };
}

/** One query over the last minutes, or at this moment. */
export async function query(url: string, expr: string, overSeconds?: number): Promise<Answer> {
  const now = Date.now() / 1000;
  const times: Record<string, string> =
    overSeconds === undefined
      ? { time: String(now) }
      : { start: String(now - overSeconds), end: String(now), step: "5" };
  const path = overSeconds === undefined ? "query" : "query_range";
  const answer = await fetch(`${url}/api/v1/${path}`, {
    method: "POST",
    body: new URLSearchParams({ query: expr, ...times }),
  });
  const body = (await answer.json()) as Body;
  if (body.status !== "success") return { error: body.error ?? "no reason" };
  return { series: body.data.result.map(seriesOf) };
}

function seriesOf({ metric, value, values = [], histogram, histograms = [] }: Result): Series {
  const floats = [...(value === undefined ? [] : [value]), ...values].map(([, text]) => Number(text));
  const counts = [...(histogram === undefined ? [] : [histogram]), ...histograms].map(([, { count }]) => Number(count));
  return { metric, values: [...floats, ...counts] };
}

/** Values of a label on the series of a selector, as Grafana asks for the values of a variable. */
export async function valuesOfLabel(url: string, label: string, series: string): Promise<readonly string[]> {
  const parameters = new URLSearchParams({ "match[]": series, start: String(Date.now() / 1000 - 600) });
  const answer = await fetch(`${url}/api/v1/label/${label}/values?${parameters.toString()}`);
  return ((await answer.json()) as { data: readonly string[] }).data;
}

export interface LoadedRule {
  readonly name: string;
  readonly type: "alerting" | "recording";
  readonly health: string;
  readonly lastError?: string;
}

/** Every rule that a Prometheus has loaded, as it was last evaluated. */
export async function rulesOf(url: string): Promise<readonly LoadedRule[]> {
  const answer = await fetch(`${url}/api/v1/rules`);
  const { data } = (await answer.json()) as { data: { groups: readonly { rules: readonly LoadedRule[] }[] } };
  return data.groups.flatMap(({ rules }) => rules);
}

/** For how many days a Prometheus keeps what it holds; it tells them as `90d` or `12w6d`. */
export async function keptDays(url: string): Promise<number> {
  const { data } = (await (await fetch(`${url}/api/v1/status/flags`)).json()) as { data: Record<string, string> };
  const units: Readonly<Record<string, number>> = { y: 365, w: 7, d: 1 };
  const parts = [...(data["storage.tsdb.retention.time"] ?? "").matchAll(/(\d+)([ywd])/g)];
  return parts.reduce((days, [, count, unit = ""]) => days + Number(count) * (units[unit] ?? 0), 0);
}
