import { formatCount, type ObjectiveResult, type ThresholdResult } from "../model/index.ts";

/** The number a threshold compares with, as the script wrote it: `p(95)<200` -> 200. 0 where there is none. */
function limitOf(expression: string): number {
  const [, text] = /[<>=]\s*(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)/i.exec(expression) ?? [];
  return text === undefined ? 0 : Number(text);
}

/**
 * A threshold of the script itself as an objective: met or crossed as the engine says, over the whole test. There is no
 * warning: the script asked for a yes or a no. k6 calls a threshold without data passed; that is no evidence.
 */
export function judgeThreshold(threshold: ThresholdResult): ObjectiveResult {
  const { metric, expression, met, samples } = threshold;
  const result = {
    measurement: `k6 threshold ${metric}`,
    condition: expression,
    limit: limitOf(expression),
  };
  if (!(samples > 0)) {
    const text = `no data for ${metric}: k6 passes a threshold on no data, which proves nothing`;
    return { ...result, verdict: "invalid", reason: text };
  }
  const word = met ? "met" : "crossed";
  const over = `over ${formatCount(samples)} ${samples === 1 ? "sample" : "samples"} of the whole test`;
  return { ...result, verdict: met ? "pass" : "fail", reason: `k6 found the script's own threshold ${word} ${over}` };
}
