/** Panels: each says what it shows, in which unit, and what it means when it is empty. */
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  AxisPlacement,
  BarGaugeDisplayMode,
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  ReduceDataOptionsBuilder,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizOrientation,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  FieldColorBuilder,
  FieldColorModeId,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  PanelBuilder as HeatmapBuilder,
  YAxisConfigBuilder,
} from "@grafana/grafana-foundation-sdk/heatmap";
import { PanelBuilder as BarsBuilder } from "@grafana/grafana-foundation-sdk/bargauge";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimelineBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as LinesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { linkOf, type PanelLink } from "./links.ts";
import { queryOf, type Query } from "./query.ts";
import { mappingsOf, type Words } from "./words.ts";

export interface PanelSpec {
  readonly title: string;
  readonly description: string;
  /** Grafana's name of the unit. */
  readonly unit: string;
  /** What is said when there is no data: why, and what to do. */
  readonly empty: string;
  readonly queries: readonly Query[];
  /** Of 24 columns. */
  readonly width: number;
  readonly height?: number;
  readonly links?: readonly PanelLink[];
  readonly words?: Words;
  readonly min?: number;
  readonly max?: number;
  readonly decimals?: number;
}

export type PanelOf = Builder<Panel>;
type AnyBuilder = BarsBuilder | LinesBuilder | StatBuilder | TableBuilder | TimelineBuilder | HeatmapBuilder;

/** Sizes of a panel of lines, in grid rows. */
const TALL = 9;
const LOW = 4;

function described<B extends AnyBuilder>(builder: B, spec: PanelSpec): B {
  const { title, description, unit, empty, width, links = [], words, min, max, decimals } = spec;
  builder
    .title(title)
    .description(description)
    .unit(unit)
    .noValue(empty)
    .span(width)
    .height(spec.height ?? TALL);
  builder.targets(spec.queries.map(queryOf)).links(links.map(linkOf));
  if (words !== undefined) builder.mappings(mappingsOf(words));
  if (min !== undefined) builder.min(min);
  if (max !== undefined) builder.max(max);
  if (decimals !== undefined) builder.decimals(decimals);
  return builder;
}

/** What lines are drawn like beside the usual. */
export interface LinesSpec extends PanelSpec {
  readonly stacked?: boolean;
  /** A value holds until the next: gauges of runs do. */
  readonly steps?: boolean;
  /** Values with nothing beside them, such as those of an hour in which a run ended: a line has no ink for one alone. */
  readonly alone?: boolean;
  /** The axis begins where the values do, not at 0: a thousandth of them matters. */
  readonly near?: boolean;
  /** A series for each scenario: the largest first in the legend, and limits are not in it. */
  readonly many?: boolean;
}

/** Lines over time. Series whose name begins with "Limit" are dashed: limits come from data. */
export function lines(spec: LinesSpec): LinesBuilder {
  const builder = described(new LinesBuilder(), spec)
    .drawStyle(GraphDrawStyle.Line)
    .lineWidth(2)
    .fillOpacity(spec.stacked === true ? 20 : 0)
    .showPoints(VisibilityMode.Never)
    .axisPlacement(AxisPlacement.Auto)
    .legend(legendOf(spec))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .overrideByRegexp("/^Limit/", [
      { id: "color", value: { mode: "fixed", fixedColor: "red" } },
      { id: "custom.lineStyle", value: { fill: "dash", dash: [8, 6] } },
      { id: "custom.lineWidth", value: 1 },
      { id: "custom.fillOpacity", value: 0 },
      { id: "custom.stacking", value: { mode: "none", group: "limit" } },
      ...(spec.many === true ? [{ id: "custom.hideFrom", value: { legend: true, tooltip: false, viz: false } }] : []),
    ]);
  if (spec.near !== true) builder.axisSoftMin(0);
  if (spec.alone === true) builder.showPoints(VisibilityMode.Always).pointSize(6);
  if (spec.steps === true) builder.lineInterpolation(LineInterpolation.StepAfter);
  if (spec.stacked === true) builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group("A"));
  return builder;
}

function legendOf({ many }: LinesSpec): VizLegendOptionsBuilder {
  const legend = new VizLegendOptionsBuilder()
    .displayMode(LegendDisplayMode.Table)
    .placement(LegendPlacement.Bottom)
    .showLegend(true)
    .calcs(["lastNotNull", "max"]);
  return many === true ? legend.sortBy("Last *").sortDesc(true) : legend;
}

/** One number now. Never coloured by constants: words bring colours, numbers stay plain. */
export function stat(spec: PanelSpec): StatBuilder {
  return described(new StatBuilder(), { height: LOW, ...spec })
    .colorMode(spec.words === undefined ? BigValueColorMode.None : BigValueColorMode.Background)
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false).fields(""));
}

/** A number of bad things: plain at none, red from one on. */
export function badCount(spec: PanelSpec): StatBuilder {
  return stat(spec)
    .colorMode(BigValueColorMode.Value)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .thresholds(
      new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
        { value: null, color: "text" },
        { value: 1, color: "red" },
      ]),
    );
}

/** Shares of limits as bars: up to the limit, missed by at most a tenth of it, failed. */
export function bars(spec: PanelSpec): BarsBuilder {
  return described(new BarsBuilder(), spec)
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .min(0)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .thresholds(
      new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
        { value: null, color: "green" },
        { value: 1, color: "yellow" },
        { value: 1.1, color: "red" },
      ]),
    )
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false).fields(""));
}

/** Words over time, a row for each series. */
export function timeline(spec: PanelSpec): TimelineBuilder {
  return described(new TimelineBuilder(), spec)
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .rowHeight(0.8)
    .perPage(20)
    .fillOpacity(70)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(false),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Single));
}

/** Native histograms as colours over time. */
export function heatmap(spec: PanelSpec): HeatmapBuilder {
  return described(new HeatmapBuilder(), spec)
    .calculate(false)
    .yAxis(new YAxisConfigBuilder().unit(spec.unit).axisPlacement(AxisPlacement.Left))
    .scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Linear))
    .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme("Blues").exponent(0.5).steps(64))
    .showLegend();
}

export { TableBuilder, described };
