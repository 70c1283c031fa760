import { isOpen } from "./load.ts";
import type { EngineName, Scenario } from "./scenario.ts";

/** What of a scenario an engine may be unable to do. */
export type EngineWish = Pick<Scenario, "traffic" | "cache" | "objectives"> & {
  readonly engine?: EngineName;
  /** Of whatever kind. */
  readonly prompts?: unknown;
  readonly load?: Scenario["load"];
};

/** Measurements that Locust cannot give: it knows no such thing, and nothing is made up. */
const ONLY_K6 = /^(?:k6\.|dropped_iterations$|ttft_|tpot_|first_byte_|inter_chunk_|output_tokens|goodput$)/;

/** The key and the sentence for what this scenario's engine cannot do; undefined: it can do all. */
export function whyUnfit(wish: EngineWish): { readonly key: readonly string[]; readonly text: string } | undefined {
  if (wish.engine !== "locust") return undefined;
  const advice = "only k6 does that here: use a k6 script, or leave this out";
  const { traffic = "http", cache = "as_is", load } = wish;
  if (traffic !== "http")
    return { key: ["traffic"], text: `Locust measures whole HTTP answers, not the traffic ${traffic}; ${advice}` };
  if (wish.prompts !== undefined)
    return { key: ["prompts"], text: `prompt sets do not reach scripts of Locust; ${advice}` };
  if (cache !== "as_is")
    return { key: ["cache"], text: `the cache state ${cache} is not prepared for scripts of Locust; ${advice}` };
  if (load !== undefined && isOpen(load))
    return { key: ["pattern"], text: `Locust's load is made of users, not of arrivals at a rate; ${advice}` };
  const objective = wish.objectives.find(({ measurement }) => ONLY_K6.test(measurement))?.measurement;
  if (objective === undefined) return undefined;
  return { key: ["objectives", objective], text: `Locust does not measure ${objective}; ${advice}` };
}
