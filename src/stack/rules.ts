import { isMap, isScalar, parseDocument, visit, type Scalar } from "yaml";

/** Where the links of alerts lead; what is absent stays as the shipped files have it. */
export interface RuleLinks {
  readonly chatbench?: string;
  readonly grafana?: string;
  /** Absent: /runbooks of Chatbench, which serves them. */
  readonly runbooks?: string;
}

/** Begins of the links in prometheus/rules/*.yml: a daemon and a Grafana on this machine. The longest first. */
const SHIPPED = [
  ["http://127.0.0.1:8640/runbooks", "runbooks"],
  ["http://127.0.0.1:8640", "chatbench"],
  ["http://127.0.0.1:3000", "grafana"],
] as const;

/**
 * A shipped rule file with the links of one installation in its `*_url` annotations. Rules, comments and everything
 * else stay as they are; a text that is not YAML comes back as it was, for Prometheus to complain about.
 */
export function placeRules(text: string, links: RuleLinks): string {
  const document = parseDocument(text);
  if (document.errors.length > 0) return text;
  const placed = placedLinks(links);
  visit(document, {
    Pair(_, { key, value }) {
      if (isScalar(key) && key.value === "annotations" && isMap(value))
        for (const { key: name, value: url } of value.items)
          if (isScalar(name) && isScalar(url) && String(name.value).endsWith("_url")) place(url, placed);
    },
  });
  return document.toString({ lineWidth: 0 });
}

/** With the runbooks at the daemon, which serves them, where they are nowhere else. */
export function placedLinks(links: RuleLinks): RuleLinks {
  if (links.runbooks !== undefined || links.chatbench === undefined) return links;
  return { ...links, runbooks: linkTo(links.chatbench, "/runbooks") };
}

function place(url: Scalar, links: RuleLinks): void {
  const { value } = url;
  if (typeof value !== "string") return;
  const found = SHIPPED.find(([from]) => value === from || value.startsWith(`${from}/`));
  if (found === undefined) return;
  const [from, name] = found;
  const to = links[name];
  if (to !== undefined) url.value = linkTo(to, value.slice(from.length));
}

/** A path below an address; what the address asks for (`?orgId=1`) is asked for at the end. */
function linkTo(address: string, path: string): string {
  const { origin, pathname, search } = new URL(address);
  const query = search === "" ? "" : `${path.includes("?") ? "&" : "?"}${search.slice(1)}`;
  // Braces would be read as a template by Prometheus.
  const [before, after] = [origin + pathname.replace(/\/+$/, ""), query].map((part) =>
    part.replaceAll("{", "%7B").replaceAll("}", "%7D"),
  );
  return `${before ?? ""}${path}${after ?? ""}`;
}
