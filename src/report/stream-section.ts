import { formatCount, formatValue, type Distribution, type RunRecord, type StreamFacts } from "../model/index.ts";
import { html, type Html } from "./html.ts";
import { rows } from "./page.ts";
import { spreadText } from "./spread.ts";

type Row = readonly [string, string];

/** How streamed answers came and ended; undefined: none were. */
export function streamSection({ trials, measurements }: RunRecord): Html | undefined {
  const facts = trials[0]?.facts;
  const { stream } = facts ?? {};
  if (facts === undefined || stream === undefined) return undefined;
  const tokens = measurements.output_tokens_per_second;
  const { count, of } = stream.bursts;
  return html`${rows([
      ...timesOf(stream),
      ...(tokens === undefined ? [] : [["Output tokens per second", formatValue(tokens.value, tokens.unit)] as const]),
      ...(of === 0
        ? []
        : [["Came in one burst", `${formatCount(count)} of ${formatCount(of)} that can tell`] as const]),
      ...countsOf("How they failed", facts.custom, /^(?:stream|websocket)_failed_by_(.+)$/),
      ...countsOf("Finish reasons", facts.custom, /^stream_finished_by_(.+)$/),
    ])}
    <p class="soft">
      Times are of the good answers of the judged window, from the message being written to its connection (where
      arrivals come at a rate: from when it was to be sent). How answers failed and finished is counted over the whole
      test.
    </p>`;
}

/** What nothing was measured of is left out. */
function timesOf(stream: StreamFacts): readonly Row[] {
  const all: readonly (readonly [string, Distribution | undefined])[] = [
    ["Time to first byte", stream.firstByte],
    ["Time to first reasoning", stream.firstReasoning],
    ["Time to first token", stream.ttft],
    ["Time per output token", stream.tpot],
    ["Gap between chunks", stream.interChunk],
    ["Until the stream was closed", stream.streamClose],
    ["Sent late by", stream.dispatchDelay],
    ["Held back by the probe, at most", stream.queueDelay],
    ["First content seen late by, at most", stream.probeDelay],
  ];
  return all.flatMap(([name, times]) =>
    times === undefined || times.count === 0 ? [] : [[name, spreadText(times)] as const],
  );
}

function countsOf(
  title: string,
  custom: NonNullable<RunRecord["trials"][0]["facts"]>["custom"],
  name: RegExp,
): readonly Row[] {
  const counted = Object.entries(custom).flatMap(([metric, told]) => {
    const what = name.exec(metric)?.[1];
    return what === undefined || told.type !== "counter" || told.count === 0
      ? []
      : [`${what.replaceAll("_", " ")} ${formatCount(told.count)}`];
  });
  return counted.length === 0 ? [] : [[title, counted.join(", ")]];
}
