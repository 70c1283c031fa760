/** SI units and plain ratios; text forms (ms, %, MiB) exist only where people read. */
export type Unit = "s" | "ratio" | "1/s" | "count" | "bytes" | "bytes/s" | "cores" | "usd" | "tokens/s";

export interface MeasurementKind {
  readonly title: string;
  readonly unit: Unit;
  readonly better: "lower" | "higher";
  /** Printed in every report: what exactly the number is. */
  readonly definition: string;
}
