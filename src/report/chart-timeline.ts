/** Users, requests, errors and percentiles over one time axis: small pictures above each other. */
import { scaleLinear } from "d3-scale";
import { formatValue, type ResourceSeries, type RunRecord, type Timeline } from "../model/index.ts";
import { downsample, type Bucket } from "./downsample.ts";
import { html, type Html } from "./html.ts";
import { resourcePanels, type PanelPainter } from "./resource-panels.ts";
import { errorsPanel, latencyPanel, requestsPanel, usersPanel, type Frame, type LoadFrame } from "./timeline-panels.ts";
import { at, figure, NARROW, svg } from "./svg.ts";
import { durationText } from "./words.ts";

const STEPS_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];

/** The timeline of the judged trial with its warm-up; undefined when there are no points. */
export function timelineFigure(
  record: RunRecord,
  timeline: Timeline | undefined,
  series?: ResourceSeries,
): Html | undefined {
  if (timeline === undefined || timeline.points.length === 0) return undefined;
  const system = resourcePanels(series);
  const caption = `${captionOf(timeline)}${system.length === 0 ? "" : SYSTEM_CAPTION}`;
  return figure((width) => draw(record, timeline, { width, system }), caption);
}

const SYSTEM_CAPTION =
  " Below the latency is the target's own system, as its sources told it about once a second; where several readings share a point, the highest.";

function mostBuckets(width: number): number {
  return width === NARROW ? 110 : 260;
}

function captionOf(timeline: Timeline): string {
  const shade = timeline.judged.from > 0 ? " What is shaded, the warm-up and the end of the load, is not judged." : "";
  const base = `Percentiles are of the answers of each period; the numbers above are of the whole judged window.${shade}`;
  const seconds = (width: number): number => {
    const [first] = downsample(timeline.points, mostBuckets(width));
    return first === undefined ? 0 : first.to - first.from;
  };
  if (timeline.points.length <= mostBuckets(NARROW)) return base;
  const wide = durationText(seconds(880));
  const narrow = durationText(seconds(NARROW));
  const size = wide === narrow ? wide : `${wide} (${narrow} on a narrow page)`;
  return `${base} Each point stands for ${size}: the most users, the mean requests per second with a band from the slowest to the fastest second, and the highest error share and percentiles of any second in it.`;
}

interface Drawing {
  readonly width: number;
  /** Of the target's system. */
  readonly system: readonly PanelPainter[];
}

function draw(record: RunRecord, timeline: Timeline, { width, system }: Drawing): Html {
  const narrow = width === NARROW;
  const buckets = downsample(timeline.points, mostBuckets(width));
  const end = buckets.at(-1)?.to ?? 1;
  const [left, right] = [46, narrow ? 32 : 40];
  const x = scaleLinear([0, end], [left, width - right]);
  const frame: LoadFrame = { x, left, right: width - right, width, buckets, record };
  const scale = narrow ? 0.85 : 1;
  let top = 14;
  const panels = [
    { panel: usersPanel, height: 62 },
    { panel: requestsPanel, height: 78 },
    { panel: errorsPanel, height: 54 },
    { panel: latencyPanel, height: 190 },
    ...system.map((panel) => ({ panel, height: 62 })),
  ].map(({ panel, height }) => {
    const from = top + 36;
    top = from + Math.round(height * scale);
    return panel(frame, [from, top]);
  });
  return svg({
    id: `timeline-${width}`,
    width,
    height: top + 26,
    title: "Timeline",
    description: describe(timeline, buckets),
    body: [shades(frame, timeline.judged, top), panels, timeAxis(frame, end, top), hits(frame, top)],
  });
}

/** What of the load is not judged. */
export function shades(frame: Frame, judged: Timeline["judged"], bottom: number): Html {
  const { x, left, right } = frame;
  const from = Math.min(right, Math.max(left, x(judged.from)));
  const to = Math.min(right, x(judged.to));
  const warmup = from - left;
  return html`${
      warmup > 0.5 &&
      html`<rect class="warmup" x="${left}" y="24" width="${at(warmup)}" height="${bottom - 24}" />
        <text class="tick" x="${left}" y="15">warm-up</text
        ><line class="edge" x1="${at(from)}" x2="${at(from)}" y1="20" y2="${bottom}" />`
    }
    <text class="tick" x="${at(Math.max(from + 5, warmup > 0.5 ? left + 56 : left))}" y="15">judged</text>
    ${right - to > 0.5 && html`<rect class="warmup" x="${at(to)}" y="24" width="${at(right - to)}" height="${bottom - 24}" />`}`;
}

export function timeAxis(frame: Frame, end: number, bottom: number): Html {
  const most = frame.width === NARROW ? 5 : 10;
  const step = STEPS_SECONDS.find((seconds) => end / seconds <= most) ?? 86_400;
  const ticks = Array.from({ length: Math.floor(end / step) + 1 }, (_, index) => index * step);
  return html`<line class="axis" x1="${frame.left}" x2="${frame.right}" y1="${bottom}" y2="${bottom}" />
    ${ticks.map((tick) => html`<text class="tick" x="${at(frame.x(tick))}" y="${bottom + 17}" text-anchor="middle">${clock(tick)}</text>`)}`;
}

/** `0:30`, `12:00`, `1:02:00`: since the load began. */
function clock(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Invisible strips whose titles browsers show under the pointer: the numbers, without a script. */
function hits(frame: LoadFrame, bottom: number): Html | undefined {
  if (frame.width === NARROW) return undefined;
  return html`<g
    >${frame.buckets.map((bucket) => {
      const from = frame.x(bucket.from);
      return html`<rect
        class="hit"
        x="${at(from)}"
        y="24"
        width="${at(frame.x(bucket.to) - from)}"
        height="${bottom - 24}"
        ><title>${pointText(bucket)}</title></rect
      >`;
    })}</g
  >`;
}

function pointText(bucket: Bucket): string {
  const seconds = (value: number): string => formatValue(value, "s");
  const parts = [
    clock(Math.round(bucket.to)),
    `${bucket.users} users`,
    formatValue(bucket.perSecond.mean, "1/s"),
    `${formatValue(bucket.errorRatio, "ratio")} failed`,
  ];
  const { latency } = bucket;
  const times =
    latency === undefined
      ? ["no answers"]
      : [`P50 ${seconds(latency.p50)}`, `P95 ${seconds(latency.p95)}`, `P99 ${seconds(latency.p99)}`];
  return [...parts, ...times].join(" · ");
}

function describe(timeline: Timeline, buckets: readonly Bucket[]): string {
  const users = Math.max(...buckets.map((b) => b.users));
  const rate = Math.max(...buckets.map((b) => b.perSecond.high));
  const errors = Math.max(...buckets.map((b) => b.errorRatio));
  const p95 = Math.max(0, ...buckets.map((b) => b.latency?.p95 ?? 0));
  return [
    `${durationText(timeline.points.at(-1)?.at ?? 0)} of load, judged from second ${timeline.judged.from} to ${timeline.judged.to}.`,
    `At most ${users} users and ${formatValue(rate, "1/s")} requests.`,
    `Highest share of failed requests in a second ${formatValue(errors, "ratio")}, highest P95 of a second ${formatValue(p95, "s")}.`,
  ].join(" ");
}
