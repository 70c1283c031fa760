/** A dashboard from its rows of panels; puts in what Grafana's builders leave out. */
import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
  type Dashboard,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { NEWEST_RUN } from "../../src/exporter/catalogue/index.ts";
import { TAG, topLinks, type UIDS } from "./links.ts";
import type { PanelOf } from "./panel.ts";
import { refIdOf } from "./table.ts";
import { commonVariables, DATASOURCE, type Variable } from "./variables.ts";

export interface Row {
  readonly title: string;
  readonly panels: readonly PanelOf[];
}

export interface Board {
  readonly uid: (typeof UIDS)[keyof typeof UIDS];
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Variable[];
  readonly rows: readonly Row[];
  readonly from: string;
  readonly refresh: string;
  /** Vertical lines, as PromQL: the runs whose begin they mark. */
  readonly runs: string;
  /** False: not drawn until somebody switches them on, where a month holds too many. */
  readonly marks?: boolean;
}

/* eslint-disable @typescript-eslint/no-deprecated -- classic v1: file provisioning of Grafana 13 refuses the newer schema */
/** The dashboard as the JSON that Grafana reads. */
export function dashboardOf(board: Board): object {
  const builder = new DashboardBuilder(`Chatbench / ${board.title}`)
    .uid(board.uid)
    .description(board.description)
    .tags([TAG])
    .readonly()
    .timezone("browser")
    .time({ from: board.from, to: "now" })
    .refresh(board.refresh)
    .tooltip(DashboardCursorSync.Crosshair)
    .links(topLinks())
    .variables([...commonVariables(), ...board.variables])
    .annotation(runMarkers(board.runs).enable(board.marks ?? true));
  for (const { title, panels } of board.rows) {
    builder.withRow(new RowBuilder(title));
    for (const panel of panels) builder.withPanel(panel);
  }
  return completed(builder.build());
}

/** A mark where a run began, from the metric itself: no token of Grafana is needed, and none is written. */
function runMarkers(selector: string): AnnotationQueryBuilder {
  return (
    new AnnotationQueryBuilder()
      .name("Runs")
      .datasource(DATASOURCE)
      .iconColor("blue")
      // Grafana wants milliseconds here.
      .expr(`${NEWEST_RUN.started.name}{${selector}} * 1000`)
      .useValueForTime(true)
      .step("60s")
      .titleFormat("{{scenario}} on {{target}} ({{trigger}})")
      .textFormat("A run began.")
      .tagKeys("scenario,target,trigger")
  );
}

type Json = Readonly<Record<string, unknown>>;

function completed(dashboard: Dashboard): object {
  // The SDK would hide every link and the marks in a menu.
  const text = JSON.stringify(dashboard, (key, value: unknown) =>
    key === "placement" && value === "inControlsMenu" ? undefined : value,
  );
  const plain = JSON.parse(text) as Json & { panels: Json[]; templating: { list: Json[] } };
  return {
    ...plain,
    id: null,
    version: 1,
    panels: plain.panels.map((panel, index) => ({ ...panel, id: index + 1, ...sourced(panel) })),
    templating: { list: plain.templating.list.map((one) => (one.type === "constant" ? { ...one, hide: 2 } : one)) },
  };
}

/** References to the data source by uid, and the letters of queries: the SDK gives neither. */
function sourced(panel: Json): object {
  if (panel.type === "row") return {};
  const targets = panel.targets as readonly Json[];
  return {
    datasource: DATASOURCE,
    targets: targets.map((target, index) => ({ ...target, refId: refIdOf(index), datasource: DATASOURCE })),
  };
}
