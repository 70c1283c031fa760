import type { ProbeTargets } from "../http/index.ts";
import type { Config } from "../model/index.ts";

/**
 * What blackbox_exporter asks of each target, in the shape of Prometheus' http_sd and file_sd. `module` is one of
 * prometheus/blackbox.yml: 2xx of a health path, or any answer of the base address below 500.
 */
export function probeTargets({ targets }: Config): readonly ProbeTargets[] {
  return Object.values(targets).map(({ name, baseUrl, healthPath }) => ({
    targets: [`${baseUrl}${healthPath ?? ""}`],
    labels: { target: name, module: healthPath === undefined ? "http_answers" : "http_2xx" },
  }));
}
