import type { Engine, Log } from "../model/index.ts";
import { prepareResults } from "../record/index.ts";
import { runningStack } from "../stack/index.ts";
import type { Configuration } from "./configuration.ts";
import type { Glimpse } from "./glimpse.ts";

export interface PartHealth {
  readonly part: string;
  readonly ok: boolean;
  readonly text: string;
  readonly seconds: number;
}

/** What the daemon stands on, as it was when it was last looked at. */
export interface Health {
  parts(): readonly PartHealth[];
  k6Version(): string | undefined;
  /** Where series go; undefined: nowhere. */
  prometheusUrl(): string | undefined;
  /** Looks at all parts; what changed is logged. */
  look(): Promise<void>;
}

export interface HealthDeps {
  readonly configuration: Configuration;
  readonly engine: Engine;
  readonly glimpse: Glimpse;
  readonly log: Log;
  /** Seconds that pass, for how long a look took. */
  readonly seconds: () => number;
}

interface Seen {
  parts: readonly PartHealth[];
  k6Version?: string;
  prometheusUrl?: string;
}

export function createHealth(deps: HealthDeps): Health {
  let seen: Seen = { parts: [] };
  const database = (): PartHealth => ({ part: "database", ...deps.glimpse.health() });
  return {
    parts: () => [database(), ...seen.parts],
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

async function lookAt({ configuration, engine, seconds }: HealthDeps): Promise<Seen> {
  const { results, prometheus } = configuration.current();
  const timed = async (part: string, look: () => Promise<{ ok: boolean; text: string }>): Promise<PartHealth> => {
    const from = seconds();
    return { part, ...(await look()), seconds: seconds() - from };
  };
  let k6Version: string | undefined;
  let prometheusUrl: string | undefined = prometheus?.url;
  const k6 = await timed("k6", async () => {
    const found = await engine.version();
    if ("problem" in found) return { ok: false, text: found.problem.text };
    k6Version = found.version;
    return { ok: true, text: `k6 ${found.version}.` };
  });
  const records = await timed("records", async () => {
    const { problem } = await prepareResults(results.folder);
    return problem === undefined ? { ok: true, text: "Results can be written." } : { ok: false, text: problem.text };
  });
  prometheusUrl ??= (await runningStack(results.folder))?.prometheus.url;
  return {
    parts: [k6, records],
    ...(k6Version === undefined ? {} : { k6Version }),
    ...(prometheusUrl === undefined ? {} : { prometheusUrl }),
  };
}
