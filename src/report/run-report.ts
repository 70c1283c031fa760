import type { ResourceSeries, RunRecord, Timeline, Uptime } from "../model/index.ts";
import { latencyFigure } from "./chart-latency.ts";
import { timelineFigure } from "./chart-timeline.ts";
import { findingsTable } from "./findings-table.ts";
import { html, type Html } from "./html.ts";
import { ladderSection } from "./ladder-section.ts";
import { openSection } from "./open-section.ts";
import { page, section } from "./page.ts";
import { resourceTable } from "./resource-table.ts";
import {
  definitions,
  environment,
  keyFigures,
  measurementsTable,
  targetsTable,
  telemetryText,
  trialsTable,
  verdictBand,
} from "./sections.ts";
import { streamSection } from "./stream-section.ts";
import { outcomeOf } from "./words.ts";
import { workloadSection } from "./workload.ts";

/** What stands on the page besides the record and its timeline. */
export interface RunExtras {
  /** Of its target, as it is now. */
  readonly uptime?: Uptime | undefined;
  readonly series?: ResourceSeries | undefined;
}

/** The page of one run: a whole file that needs nothing else. Without a timeline that picture is left out and it says so. */
export function runReport(record: RunRecord, timeline: Timeline | undefined, extras: RunExtras = {}): Html {
  const { uptime, series } = extras;
  const measured = Object.keys(record.measurements).length > 0;
  const noTimeline = measured ? html`<p class="soft">This run left no timeline.</p>` : undefined;
  const nothing = html`<p class="soft">Nothing was measured.</p>`;
  return page({
    title: `${outcomeOf(record).word}: ${record.scenario}`,
    body: [
      html`<div class="brand"><span>Chatbench</span><span>${record.id}</span></div>`,
      verdictBand(record),
      section("Performance targets", targetsTable(record, { uptime })),
      section("Key figures", keyFigures(record) ?? nothing),
      section("Steps", ladderSection(record, series)),
      section("Latency distribution", latencyFigure(record)),
      section("Timeline", timelineFigure(record, timeline, series) ?? noTimeline),
      section("Measurements", measurementsTable(record)),
      section("Arrivals", openSection(record)),
      section("Streams", streamSection(record)),
      section("Resources", resourceTable(record)),
      section("Prompts and caches", workloadSection(record)),
      section("Trials", trialsTable(record)),
      section("Environment", html`${findingsTable(record)}${environment(record)}`),
      section("Telemetry", telemetryText(record)),
      section("Definitions", definitions(record)),
    ],
    footer: `Run ${record.id}. Made by Chatbench from record.json and timeline.json beside this file.`,
  });
}
