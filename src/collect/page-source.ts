import type { Reason, Source, SourceRead, TargetFacts } from "../model/index.ts";
import type { TextPage } from "./text-format.ts";

export interface PageReader {
  readonly ask: (signal: AbortSignal) => Promise<{ readonly page: TextPage } | { readonly problem: Reason }>;
  readonly facts?: (page: TextPage) => TargetFacts;
  readonly read: (page: TextPage) => SourceRead;
}

/** A source that is one page in Prometheus' text format, asked for anew at each reading. */
export async function pageSource(
  { ask, facts, read }: PageReader,
  signal: AbortSignal,
): Promise<Source | { readonly problem: Reason }> {
  const first = await ask(signal);
  if ("problem" in first) return first;
  return {
    facts: facts?.(first.page) ?? {},
    async read(now) {
      const answer = await ask(now);
      return "problem" in answer ? answer : read(answer.page);
    },
    close: () => Promise.resolve(),
  };
}
