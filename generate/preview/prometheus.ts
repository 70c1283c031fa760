/** Questions to a Prometheus as Grafana asks them: at an instant, over a range, values of a label. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** Unix seconds and value. */
  readonly points: readonly (readonly [number, number])[];
  /** Native histograms: unix seconds and buckets of from, to and count. */
  readonly buckets: readonly (readonly [number, readonly Bucket[]])[];
}

export interface Bucket {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export interface Range {
  /** Unix seconds, on the grid of the step. */
  readonly start: number;
  readonly end: number;
  readonly stepSeconds: number;
}

type Histogram = readonly [number, { readonly buckets?: readonly (readonly [number, string, string, string])[] }];
interface Result {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
  readonly histograms?: readonly Histogram[];
}
interface Body {
  readonly status: string;
  readonly error?: string;
  readonly data: { readonly result: readonly Result[] };
}

/** The newest values at an instant (unix seconds), or those of a range; throws with Prometheus' own reason. */
export async function ask(url: string, expr: string, at: number | Range): Promise<readonly Series[]> {
  const times: Record<string, string> =
    typeof at === "number"
      ? { time: String(at) }
      : { start: String(at.start), end: String(at.end), step: String(at.stepSeconds) };
  const path = typeof at === "number" ? "query" : "query_range";
  const answer = await fetch(`${url}/api/v1/${path}`, {
    method: "POST",
    body: new URLSearchParams({ query: expr, ...times }),
  });
  const body = (await answer.json()) as Body;
  if (body.status !== "success") throw new Error(`${body.error ?? "no reason"}: ${expr}`);
  return body.data.result.map(seriesOf);
}

function seriesOf({ metric, value, values = [], histograms = [] }: Result): Series {
  const floats = value === undefined ? values : [value];
  return {
    metric,
    points: floats.map(([time, text]) => [time, Number(text)] as const),
    buckets: histograms.map(([time, { buckets = [] }]) => [time, buckets.map(bucketOf)] as const),
  };
}

function bucketOf([, from, to, count]: readonly [number, string, string, string]): Bucket {
  return { from: Number(from), to: Number(to), count: Number(count) };
}

/** Values of a label on the series of a selector between two instants (unix seconds), sorted. */
export async function valuesOfLabel(
  url: string,
  { label, series }: { readonly label: string; readonly series: string },
  { start, end }: { readonly start: number; readonly end: number },
): Promise<readonly string[]> {
  const parameters = new URLSearchParams({ "match[]": series, start: String(start), end: String(end) });
  const answer = await fetch(`${url}/api/v1/label/${label}/values?${parameters.toString()}`);
  return ((await answer.json()) as { data: readonly string[] }).data;
}
