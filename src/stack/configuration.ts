import { dirname, isAbsolute, join } from "node:path";
import { isMap, isScalar, isSeq, parseDocument, type Document } from "yaml";

/** The address that stands for Prometheus itself in prometheus/prometheus.yml. */
const OWN_ADDRESS = "127.0.0.1:9090";

export interface Placement {
  /** Absolute path of the file the text came from: relative rule files lie beside it. */
  readonly file: string;
  /** Where this Prometheus listens: host:port. */
  readonly address: string;
}

/**
 * prometheus.yml for one instance: its own address in the place of the usual one, and rule files by absolute path,
 * because the result lies in another folder. Comments and everything else stay as they are.
 */
export function placeConfiguration(
  text: string,
  at: Placement,
): { readonly text: string } | { readonly problem: string } {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) return { problem: `${at.file} is not valid YAML: ${error.message}` };
  replaceOwnAddress(document, at.address);
  const rules = document.get("rule_files");
  if (isSeq(rules))
    for (const item of rules.items)
      if (isScalar(item) && typeof item.value === "string" && !isAbsolute(item.value))
        item.value = join(dirname(at.file), item.value);
  return { text: document.toString() };
}

function replaceOwnAddress(document: Document, address: string): void {
  const jobs = document.get("scrape_configs");
  if (!isSeq(jobs)) return;
  for (const job of jobs.items) {
    if (!isMap(job)) continue;
    const groups = job.get("static_configs");
    if (!isSeq(groups)) continue;
    for (const group of groups.items) {
      const targets = isMap(group) ? group.get("targets") : undefined;
      if (!isSeq(targets)) continue;
      for (const target of targets.items) if (isScalar(target) && target.value === OWN_ADDRESS) target.value = address;
    }
  }
}
