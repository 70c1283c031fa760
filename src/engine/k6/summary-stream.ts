import type { StreamFacts } from "../../model/index.ts";
import { EXCHANGE_SUB_METRICS as AT } from "./summary-names.ts";
import type { Reader } from "./summary-reader.ts";

/** How the answers of exchanges came in the judged window: as the script told it, nothing computed. */
export function streamFactsOf(read: Reader): StreamFacts {
  const bursts = read.rate(AT.bursts);
  return {
    firstByte: read.distribution(AT.firstByte),
    ttft: read.distribution(AT.ttft),
    firstReasoning: read.distribution(AT.firstReasoning),
    tpot: read.distribution(AT.tpot),
    interChunk: read.distribution(AT.interChunk),
    streamClose: read.distribution(AT.streamClose),
    dispatchDelay: read.distribution(AT.dispatchDelay),
    queueDelay: read.distribution(AT.queueDelay),
    probeDelay: read.distribution(AT.probeDelay),
    ttftLeast: read.distribution(AT.ttftLeast),
    probeFailures: read.count(AT.probeFailures),
    outputTokens: read.count(AT.outputTokens),
    answersWithUsage: read.count(AT.answersWithUsage),
    bursts: { count: bursts.passes, of: bursts.total },
  };
}
