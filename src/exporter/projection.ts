import { isDeepStrictEqual } from "node:util";
import type { Clock } from "../model/index.ts";
import type { ExporterFacts } from "./facts.ts";
import { familiesOf, linesOf, type Family, type Format } from "./page.ts";
import { project, type Build } from "./project.ts";
import { Samples } from "./samples.ts";
import type { Tally } from "./tally.ts";

type Sources = ExporterFacts["sources"];

export interface Projection {
  /** Of the newest facts that could be shown. */
  readonly text: (format: Format) => string;
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

interface Shown {
  readonly facts?: unknown;
  readonly version: number;
  readonly text: (format: Format) => string;
}

/** Written when it is first asked for, in each format. */
function onceEach(families: readonly Family[]): (format: Format) => string {
  const texts = new Map<Format, string>();
  return (format) => {
    const text = texts.get(format) ?? linesOf(families, format);
    texts.set(format, text);
    return text;
  };
}

function problemIn(work: () => void): { readonly problem?: unknown } {
  try {
    work();
    return {};
  } catch (error) {
    return { problem: error };
  }
}

/**
 * Everything that follows from facts and counts, written anew only when one of them has changed. Facts that cannot be
 * had or shown leave the text as it was.
 */
export function createProjection(input: ProjectionInput): () => Projection {
  let shown: Shown = { version: -1, text: () => "" };
  let sources: Sources = [];
  const update = (): void => {
    const { sources: asked, ...facts } = input.facts();
    sources = asked;
    const version = input.tally.version();
    // Records are the same objects as long as they are the same records: this compares little.
    if (version === shown.version && isDeepStrictEqual(facts, shown.facts)) return;
    const samples = new Samples();
    project({ ...facts, sources: asked }, input.build, samples);
    input.tally.collect(facts.scenarios, samples);
    shown = { facts, version, text: onceEach(familiesOf(samples)) };
  };
  return () => {
    const began = input.clock.now();
    const problem = problemIn(update);
    const seconds = Math.max(0, input.clock.now() - began) / 1000;
    const own = { name: "facts", ok: !("problem" in problem), seconds };
    return { text: shown.text, sources: [...sources, own], ...problem };
  };
}
