import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../model/index.ts";
import type { ExporterFacts } from "./facts.ts";
import { textOf } from "./page.ts";
import { project, type Build } from "./project.ts";
import { Samples } from "./samples.ts";
import type { Tally } from "./tally.ts";

type Sources = ExporterFacts["sources"];

export interface Projection {
  /** Of the newest facts that could be shown. */
  readonly text: string;
  /** Those of these facts, and `facts` itself. */
  readonly sources: Sources;
  /** Why the newest facts could not be shown. */
  readonly problem?: unknown;
}

export interface ProjectionInput {
  readonly facts: () => ExporterFacts;
  readonly build: Build;
  readonly tally: Tally;
  readonly clock: Clock;
}

/**
 * Everything that follows from facts and counts, written anew only when one of them has changed. Facts that cannot be
 * had or shown leave the text as it was.
 */
export function createProjection(input: ProjectionInput): () => Promise<Projection> {
  let shown: { readonly facts?: unknown; readonly version: number; readonly text: string } = { version: -1, text: "" };
  let sources: Sources = [];
  const update = async (): Promise<void> => {
    const { sources: asked, ...facts } = input.facts();
    sources = asked;
    const version = input.tally.version();
    // Records are the same objects as long as they are the same records: this compares little.
    if (version === shown.version && isDeepStrictEqual(facts, shown.facts)) return;
    const samples = new Samples();
    project({ ...facts, sources: asked }, input.build, samples);
    input.tally.collect(facts.scenarios, samples);
    shown = { facts, version, text: await textOf(samples) };
  };
  return async () => {
    const began = input.clock.now();
    const problem = await update().then(
      () => undefined,
      (error: unknown) => ({ problem: error }),
    );
    const seconds = Math.max(0, input.clock.now() - began) / 1000;
    const own = { name: "facts", ok: problem === undefined, seconds };
    return { text: shown.text, sources: [...sources, own], ...problem };
  };
}
