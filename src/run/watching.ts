import { resourceMeasurements, resourceSeries, resourcesOf, windowOf } from "../judge/index.ts";
import type {
  Measurements,
  Resources,
  ResourceSeries,
  Sampled,
  Scenario,
  Target,
  TargetWatch,
  TrialResult,
} from "../model/index.ts";
import type { RunDeps } from "./deps.ts";
import { startSampling } from "./sampler.ts";

/** What was seen of the target's system while one trial ran. */
export interface Watched {
  readonly resources: Resources;
  readonly measurements: Measurements;
  /** Absent: the load came to no whole summary, so that nobody knows when it began. */
  readonly series?: ResourceSeries;
}

const NOTHING: TargetWatch = {
  parts: [],
  facts: () => ({}),
  problems: () => [],
  close: () => Promise.resolve(),
};

/** Opens the target's sources, or none where nothing watches here; a bug of ours in it costs the readings alone. */
export async function openSources(
  target: Target,
  { watch, kill }: Pick<RunDeps, "watch" | "kill">,
): Promise<TargetWatch> {
  return (await watch?.(target, kill).catch(() => undefined)) ?? NOTHING;
}

/** Reads the sources for as long as the trial runs. */
export async function whileWatched(
  sources: TargetWatch,
  { clock }: Pick<RunDeps, "clock">,
  trial: () => Promise<TrialResult>,
): Promise<{ readonly result: TrialResult; readonly sampled?: Sampled }> {
  if (sources.parts.length === 0) return { result: await trial() };
  const sampling = startSampling(sources, clock);
  try {
    const result = await trial();
    return { result, sampled: await sampling.stop() };
  } catch (error) {
    await sampling.stop();
    throw error;
  }
}

/** Undefined: the target has no source. */
export function watchedOf(
  sampled: Sampled | undefined,
  { facts }: TrialResult,
  scenario: Scenario,
): Watched | undefined {
  if (sampled === undefined) return undefined;
  if (facts === undefined) return { resources: resourcesOf(sampled, undefined), measurements: {} };
  const window = windowOf(facts);
  const resources = resourcesOf(sampled, window);
  const measurements = resourceMeasurements(sampled, resources, window);
  return {
    resources,
    measurements,
    series: resourceSeries(sampled, window.from - scenario.load.warmup.seconds * 1_000),
  };
}
