import { courseOf, isOpen, judgedSecondsOf, reason, whyUnfit, type Reason, type Scenario } from "../../model/index.ts";
import { QUANTILE_GRID } from "../k6/summary-names.ts";
import { GRACEFUL_STOP_SECONDS } from "../k6/wrapper.ts";

/** What the Python side reads: `runtime/chatbench_locust.py`. Seconds. */
export interface LocustPlan {
  readonly script: string;
  readonly host: string;
  readonly warmup: { readonly seconds: number; readonly users: number };
  /** From the first instant; null: the script's own LoadTestShape decides. */
  readonly course: ReturnType<typeof courseOf> | null;
  readonly judged_seconds: number | null;
  /** At the end users may finish what they began for so long. */
  readonly stop_seconds: number;
  /** Quantiles (0 to 1) of the latency that the facts are to hold. */
  readonly grid: readonly number[];
  readonly facts: string;
  readonly timeline: string;
}

export interface PlanInput {
  readonly facts: string;
  readonly timeline: string;
  readonly stopSeconds?: number;
}

/** The load in Locust's terms; what Locust cannot do is refused in one sentence, never done in another way. */
export function locustPlan(
  scenario: Scenario,
  { stopSeconds = GRACEFUL_STOP_SECONDS, facts, timeline }: PlanInput,
): { readonly plan: LocustPlan } | { readonly problem: Reason } {
  const unfit = whyUnfit({ ...scenario, engine: "locust" });
  if (unfit !== undefined) return { problem: reason("engine_configuration", `${unfit.text}.`) };
  const { load } = scenario;
  if (isOpen(load))
    return {
      problem: reason(
        "engine_configuration",
        "Arrivals at a rate are made by k6 only: use a k6 script, or leave the rate out.",
      ),
    };
  return {
    plan: {
      script: scenario.script,
      host: scenario.target.baseUrl,
      warmup: load.warmup,
      course: load.stages === null ? null : courseOf(load),
      judged_seconds: judgedSecondsOf(load) ?? null,
      stop_seconds: stopSeconds,
      grid: [0, ...QUANTILE_GRID.map((percent) => percent / 100), 1],
      ...{ facts, timeline },
    },
  };
}
