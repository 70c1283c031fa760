import { dirname, isAbsolute, join } from "node:path";
import { isMap, isScalar, isSeq, parseDocument, visit, type Document, type Node, type YAMLSeq } from "yaml";

/** The parts that may run beside Prometheus. */
export type PartName = "alertmanager" | "blackbox" | "node";

/** The addresses that stand for Prometheus itself and the parts beside it in prometheus/prometheus.yml. */
const USUAL: Readonly<Record<PartName | "prometheus", string>> = {
  prometheus: "127.0.0.1:9090",
  alertmanager: "127.0.0.1:9093",
  blackbox: "127.0.0.1:9115",
  node: "127.0.0.1:9100",
};

/** Where each part listens: host:port; a part that is absent does not run. */
export type PartAddresses = Readonly<Partial<Record<PartName, string>>>;

export interface Placement {
  /** Absolute path of the file the text came from: relative rule files lie beside it. */
  readonly file: string;
  /** Where this Prometheus listens: host:port. */
  readonly address: string;
  /** Absent: the parts are where the file says. */
  readonly parts?: PartAddresses;
}

/**
 * prometheus.yml for one instance: true addresses in the place of the usual ones, what asks a part that does not run
 * left out, and rule files by absolute path, because the result lies in another folder. Comments and everything else
 * stay as they are.
 */
export function placeConfiguration(
  text: string,
  at: Placement,
): { readonly text: string } | { readonly problem: string } {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) return { problem: `${at.file} is not valid YAML: ${error.message}` };
  if (at.parts !== undefined) leaveOutMissing(document, at.parts);
  replaceAddresses(document, at);
  const rules = document.get("rule_files");
  if (isSeq(rules))
    for (const item of rules.items)
      if (isScalar(item) && typeof item.value === "string" && !isAbsolute(item.value))
        item.value = join(dirname(at.file), item.value);
  return { text: document.toString() };
}

function replaceAddresses(document: Document, { address, parts }: Placement): void {
  const known: Readonly<Record<string, string | undefined>> = { prometheus: address, ...parts };
  const byUsual = new Map(Object.entries(USUAL).map(([name, usual]) => [usual, known[name]]));
  visit(document, {
    Scalar(key, node) {
      if (key === "key" || typeof node.value !== "string") return;
      const placed = byUsual.get(node.value);
      if (placed !== undefined) node.value = placed;
    },
  });
}

/** Jobs and Alertmanagers that name the usual address of a part that does not run: they would fail for ever. */
function leaveOutMissing(document: Document, parts: PartAddresses): void {
  const missing = (Object.keys(USUAL) as (keyof typeof USUAL)[])
    .filter((name) => name !== "prometheus" && parts[name] === undefined)
    .map((name) => USUAL[name]);
  for (const path of [["scrape_configs"], ["alerting", "alertmanagers"]]) {
    const list: unknown = document.getIn(path);
    if (isSeq(list)) keep(list, (item) => !missing.some((address) => names(item, address)));
  }
}

function keep(list: YAMLSeq, wanted: (item: Node) => boolean): void {
  list.items = list.items.filter((item) => !isMap(item) || wanted(item));
}

function names(item: Node, address: string): boolean {
  let found = false;
  visit(item, {
    Scalar(_, { value }) {
      if (value === address) found = true;
    },
  });
  return found;
}
