import type { Finding } from "./environment.ts";
import type { TargetFacts } from "./resources.ts";
import type { Environment } from "./run.ts";
import type { Scenario } from "./scenario.ts";

/** Where a run takes place, as it was found before its load. */
export interface Surroundings {
  readonly environment: Environment;
  readonly findings: readonly Finding[];
}

export interface SurveyRequest {
  readonly scenario: Scenario;
  /** Name and version. */
  readonly engine: string;
  /** What the target's own sources say; empty: nothing is watched, or nothing answered. */
  readonly facts: TargetFacts;
}

/** Looks at the surroundings in bounded time; what it cannot find out is a note. */
export type Survey = (request: SurveyRequest) => Promise<Surroundings>;
