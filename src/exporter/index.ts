export * from "./catalogue/index.ts";
export { createExporter, type Exporter, type ExporterOptions } from "./exporter.ts";
export type * from "./facts.ts";
