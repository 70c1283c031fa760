import type { Surroundings, Survey, SurveyRequest } from "../model/index.ts";
import { systemClock } from "../platform/clock.ts";
import { cpuTimes, type CpuTimes } from "../platform/cpu-times.ts";
import { machineFacts } from "../platform/machine.ts";
import { systemFacts } from "../platform/system-facts.ts";
import { addressesOf, connectSeconds } from "../platform/tcp.ts";
import type { EnvironmentFacts, ReachFacts } from "./facts.ts";
import { findingsOf } from "./findings.ts";
import { NOTED_LOAD } from "./judge-generator.ts";
import { fingerprint } from "./fingerprint.ts";

/** Enough for a median that one late answer does not move. */
const CONNECTIONS = 15;
const CONNECT_TIMEOUT_MS = 1000;
/** A quiet machine shows at once: no run waits longer for it. */
const GLANCE_MS = 100;
/** The system counts CPU time in hundredths of a second: half a second of each core tells to about 2 %. */
const GLANCES = 5;

/** Looks at this machine, at the way to the target and at what the target's sources said; in a tenth to half of a second. */
export function createSurvey(chatbench: string): Survey {
  return async (request) => await surveyOf(request, chatbench);
}

async function surveyOf(request: SurveyRequest, chatbench: string): Promise<Surroundings> {
  const facts = await factsOf(request);
  return {
    environment: fingerprint({ facts, engine: request.engine, chatbench }),
    findings: findingsOf(facts),
  };
}

/** First how busy the machine is, alone: the other questions are work too. */
async function factsOf({ scenario, facts: target }: SurveyRequest): Promise<EnvironmentFacts> {
  const load = await otherLoad();
  const [system, reach] = await Promise.all([systemFacts(), reachOf(new URL(scenario.target.baseUrl))]);
  const { postgres, redis } = scenario.target;
  return {
    ...{ machine: machineFacts(), system, reach, target, load },
    configured: { postgres: postgres !== undefined, redis: redis !== undefined },
    users: scenario.load.stages === null ? undefined : scenario.load.users,
    areStreamed: scenario.traffic === "stream",
  };
}

/** What looks busy for a moment may be this process itself, which has just begun: it is looked at for longer. */
async function otherLoad(): Promise<EnvironmentFacts["load"]> {
  const before = await cpuTimes();
  let load: EnvironmentFacts["load"];
  for (let glance = 0; glance < GLANCES; glance += 1) {
    await systemClock.sleep(GLANCE_MS);
    load = loadSince(before, await cpuTimes());
    if (load !== undefined && load.busy < NOTED_LOAD) break;
  }
  return load;
}

function loadSince(before: CpuTimes, after: CpuTimes): EnvironmentFacts["load"] {
  const total = after.total - before.total;
  if (!(total > 0)) return undefined;
  return { busy: (after.busy - before.busy) / total, stolen: (after.stolen - before.stolen) / total };
}

/** One connection after the other, each closed at once: nothing is sent, so that no chatbot has to answer. */
async function reachOf(url: URL): Promise<ReachFacts> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = Number(url.port === "" ? (url.protocol === "https:" ? 443 : 80) : url.port);
  const addresses = await addressesOf(host);
  const connects: number[] = [];
  let problem = addresses.length === 0 ? "ENOTFOUND" : undefined;
  for (const address of addresses) {
    problem = undefined;
    while (connects.length < CONNECTIONS && problem === undefined) {
      const one = await connectSeconds({ host: address, port, timeoutMs: CONNECT_TIMEOUT_MS });
      if (typeof one === "number") connects.push(one);
      else ({ problem } = one);
    }
    if (connects.length > 0) break;
  }
  return { host, port, addresses, connectSeconds: connects, ...(problem !== undefined && { problem }) };
}
