/** What a page needs to draw a panel: words and numbers, nothing of Prometheus or Grafana. */
export interface Cell {
  readonly text: string;
  readonly color?: string;
  readonly linked?: boolean;
}

export interface Line {
  readonly name: string;
  readonly color: string;
  readonly values: readonly (number | null)[];
  readonly dashed: boolean;
  readonly width: number;
  /** Filled down to the line below. */
  readonly filled: boolean;
  readonly steps: boolean;
  /** In pixels; 0: none. */
  readonly pointSize: number;
  readonly inLegend: boolean;
  readonly last: string;
  readonly max: string;
}

export interface Axis {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly (readonly [number, string])[];
}

export type View =
  | { readonly kind: "empty"; readonly text: string }
  | {
      readonly kind: "lines";
      readonly times: readonly number[];
      readonly lines: readonly Line[];
      readonly axis: Axis;
      /** Begins of runs, unix seconds. */
      readonly marks: readonly number[];
    }
  | { readonly kind: "stat"; readonly cells: readonly (Cell & { readonly name: string })[]; readonly filled: boolean }
  | {
      readonly kind: "table";
      readonly columns: readonly { readonly title: string; readonly width?: number; readonly number: boolean }[];
      readonly rows: readonly (readonly Cell[])[];
    }
  | {
      readonly kind: "bars";
      /** Share of the longest bar, 0 to 1. */
      readonly bars: readonly (Cell & { readonly name: string; readonly share: number })[];
    }
  | {
      readonly kind: "timeline";
      readonly from: number;
      readonly to: number;
      readonly rows: readonly { readonly name: string; readonly parts: readonly Part[] }[];
    }
  | {
      readonly kind: "heatmap";
      readonly times: readonly number[];
      readonly axis: Axis;
      readonly cells: readonly HeatCell[];
      readonly stepSeconds: number;
    };

export interface Part extends Cell {
  readonly from: number;
  readonly to: number;
}

export interface HeatCell {
  readonly time: number;
  readonly from: number;
  readonly to: number;
  /** 0 to 1 of the fullest. */
  readonly share: number;
}

export interface PanelView {
  readonly title: string;
  readonly description: string;
  readonly links: readonly string[];
  readonly at: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly view: View | { readonly kind: "row" };
}

export interface DashboardView {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly note: string;
  readonly range: string;
  readonly variables: readonly { readonly label: string; readonly value: string }[];
  readonly panels: readonly PanelView[];
}
