import { PROCESS } from "../../src/exporter/catalogue/index.ts";

/** The name, once it is sure that the catalogue has it. */
export function processMetric(name: string): string {
  if (!PROCESS.some((metric) => metric.name === name)) throw new Error(`The catalogue has no metric ${name}.`);
  return name;
}
