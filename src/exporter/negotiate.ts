import type { Format } from "./page.ts";

/** What a scraper gets: the format, and exactly the content type that goes with it. */
export interface Exposition {
  readonly format: Format;
  readonly contentType: string;
}

interface Range {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

const OPEN = "application/openmetrics-text";
const PLAIN = "text/plain";
const VERSIONS: ReadonlyMap<string, { readonly format: Format; readonly versions: readonly string[] }> = new Map([
  [OPEN, { format: "openmetrics", versions: ["1.0.0", "0.0.1"] }],
  [PLAIN, { format: "text", versions: ["0.0.4", "1.0.0"] }],
]);
/** What Prometheus 3 may ask names to be written as: ours are of the characters that all of these leave alone. */
const ESCAPINGS = new Set(["allow-utf-8", "underscores", "dots", "values"]);
/** Every client can read it. Prometheus 3 refuses a page whose type it does not know. */
const FALLBACK: Exposition = { format: "text", contentType: `${PLAIN}; version=0.0.4; charset=utf-8` };

/**
 * The format that a scraper likes best, by `Accept` (RFC 9110, 12.5.1) as Prometheus' own client libraries read it:
 * the range of the highest quality that we can write; the first of equals. Never a refusal: a scrape in the oldest
 * format is better than none.
 */
export function negotiated(accept: string | undefined): Exposition {
  const wanted = rangesOf(accept ?? "").sort((a, b) => b.quality - a.quality);
  for (const range of wanted) {
    const found = expositionOf(range);
    if (found !== undefined) return found;
  }
  return FALLBACK;
}

function expositionOf({ type, parameters, quality }: Range): Exposition | undefined {
  if (quality === 0) return undefined;
  if (type === "*/*" || type === "text/*") return FALLBACK;
  const known = VERSIONS.get(type);
  const version = parameters.get("version") ?? known?.versions[0] ?? "";
  if (known?.versions.includes(version) !== true) return undefined;
  const escaping = parameters.get("escaping");
  // Only these two versions have the parameter.
  const told = version === "1.0.0" && escaping !== undefined && ESCAPINGS.has(escaping);
  const end = told ? `; escaping=${escaping}` : "";
  return { format: known.format, contentType: `${type}; version=${version}; charset=utf-8${end}` };
}

function rangesOf(accept: string): Range[] {
  return accept.split(",").flatMap((text) => {
    const [type = "", ...pairs] = text.split(";").map((part) => part.trim());
    const parameters = new Map(pairs.map(pairOf));
    const quality = qualityOf(parameters.get("q"));
    return type === "" || quality === undefined ? [] : [{ type: type.toLowerCase(), parameters, quality }];
  });
}

function pairOf(text: string): readonly [string, string] {
  const [name = "", value = ""] = text.split("=").map((part) => part.trim());
  return [name.toLowerCase(), value.replaceAll('"', "").toLowerCase()];
}

/** Undefined for what is no quality: such a range is not heeded. */
function qualityOf(text: string | undefined): number | undefined {
  if (text === undefined) return 1;
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : undefined;
}
