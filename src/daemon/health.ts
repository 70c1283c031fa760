import { lookAtPrometheus } from "../collect/prometheus.ts";
import type { Clock, Config, Engine, Log } from "../model/index.ts";
import { prepareResults } from "../record/index.ts";
import { runningStack } from "../stack/index.ts";
import type { Glimpse } from "./glimpse.ts";

export interface PartHealth {
  readonly part: string;
  readonly ok: boolean;
  readonly text: string;
  readonly seconds: number;
}

/** Runs go on without it: their verdicts come from the engine's own samples. */
const NO_OBSTACLE: readonly string[] = ["prometheus"];

/** What the daemon stands on, as it was when it was last looked at. */
export interface Health {
  parts(): readonly PartHealth[];
  /** Why runs cannot be made or kept, one sentence each; empty: they can. */
  obstacles(): readonly string[];
  k6Version(): string | undefined;
  /** Where series go; undefined: nowhere. */
  prometheusUrl(): string | undefined;
  /** Looks at all parts; what changed is logged. */
  look(): Promise<void>;
}

export interface HealthDeps {
  readonly configuration: { current(): Pick<Config, "results" | "prometheus"> };
  readonly engine: Pick<Engine, "version">;
  readonly glimpse: Pick<Glimpse, "health">;
  readonly log: Log;
  readonly clock: Clock;
}

interface Seen {
  parts: readonly PartHealth[];
  k6Version?: string;
  prometheusUrl?: string;
}

export function createHealth(deps: HealthDeps): Health {
  let seen: Seen = { parts: [] };
  const database = (): PartHealth => ({ part: "database", ...deps.glimpse.health() });
  const parts = (): readonly PartHealth[] => [database(), ...seen.parts];
  return {
    parts,
    obstacles: () => parts().flatMap(({ part, ok, text }) => (ok || NO_OBSTACLE.includes(part) ? [] : [text])),
    k6Version: () => seen.k6Version,
    prometheusUrl: () => seen.prometheusUrl,
    async look() {
      const before = new Map(seen.parts.map((part) => [part.part, part.ok]));
      seen = await lookAt(deps);
      for (const { part, ok, text } of seen.parts) {
        if (before.get(part) === ok) continue;
        if (!ok) deps.log.warn(text, { source: part });
        else if (before.has(part)) deps.log.info(text, { source: part });
      }
    },
  };
}

async function lookAt({ configuration, engine, clock }: HealthDeps): Promise<Seen> {
  const { results, prometheus } = configuration.current();
  const timed = async (part: string, look: () => Promise<{ ok: boolean; text: string }>): Promise<PartHealth> => {
    const from = clock.now();
    return { part, ...(await look()), seconds: (clock.now() - from) / 1000 };
  };
  const version: { k6Version?: string } = {};
  const parts = await Promise.all([
    timed("k6", async () => {
      const found = await engine.version();
      if ("problem" in found) return { ok: false, text: found.problem.text };
      version.k6Version = found.version;
      return { ok: true, text: `k6 ${found.version}.` };
    }),
    timed("records", async () => {
      const { problem } = await prepareResults(results.folder);
      return problem === undefined ? { ok: true, text: "Results can be written." } : { ok: false, text: problem.text };
    }),
    ...configured(prometheus, (url) => timed("prometheus", () => lookAtPrometheus(url, clock.now()))),
  ]);
  const prometheusUrl = prometheus?.url ?? (await runningStack(results.folder))?.prometheus.url;
  return { parts, ...version, ...(prometheusUrl === undefined ? {} : { prometheusUrl }) };
}

/** A local stack that does not run is nobody's trouble; what the configuration names is expected to be there. */
function configured<T>(prometheus: { readonly url: string } | undefined, look: (url: string) => T): readonly T[] {
  return prometheus === undefined ? [] : [look(prometheus.url)];
}
