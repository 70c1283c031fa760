import { reason, type Reason } from "../model/index.ts";
import { fetchText } from "../platform/network.ts";
import { whyForbidden } from "./forbidden.ts";
import { READ_WITHIN_MS } from "./limits.ts";
import { parseTextFormat, type TextPage } from "./text-format.ts";

/** A busy cAdvisor writes some MB; more is none of what we know. */
const MAX_BYTES = 16 * 1024 * 1024;

export interface PageQuestion {
  /** What it is for people: "node_exporter". */
  readonly what: string;
  readonly url: string;
  readonly wanted: (name: string) => boolean;
}

/** Reads a page in Prometheus' text format; the problem says what, where and why, without what may be a password. */
export async function fetchPage(
  { what, url, wanted }: PageQuestion,
  signal: AbortSignal,
): Promise<{ readonly page: TextPage } | { readonly problem: Reason }> {
  const { origin, pathname, hostname } = new URL(url);
  const problem = (why: string): { readonly problem: Reason } => ({
    problem: reason("collector_failed", `${what} at ${origin}${pathname} cannot be read: ${why}.`),
  });
  const forbidden = await whyForbidden(hostname, signal);
  if (forbidden !== undefined) return problem(forbidden);
  const answer = await fetchText(new URL(url), { timeoutMs: READ_WITHIN_MS, maxBytes: MAX_BYTES, signal });
  if ("problem" in answer) return problem(answer.problem);
  if (answer.status !== 200) return problem(`it answers with status ${String(answer.status)}`);
  const page = parseTextFormat(answer.text, wanted);
  return page === undefined ? problem("its answer is no page in Prometheus' text format") : { page };
}
