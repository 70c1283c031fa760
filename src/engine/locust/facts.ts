import { z } from "zod";
import { reason, type LoadFacts, type LoopLoad, type Reason } from "../../model/index.ts";
import { shortageOf } from "../../platform/shortages.ts";
import { createComplaints, type Complaints } from "../complaints.ts";

const count = z.int().min(0);
const amount = z.number().min(0);

const Facts = z.object({
  began: z.boolean(),
  /** Wall clock of the judged window's begin. */
  started_at_ms: z.number(),
  judged_seconds: amount,
  counts: z.object({
    requests: count,
    failed: count,
    all: count,
    iterations: count,
    waited_through: count,
    waited_in_vain: count,
    cut_off: count,
  }),
  exceptions: z.object({ good: count, failed: count, none: count }),
  failed_wait_seconds: amount,
  shortage: z.object({ requests: count, code: z.string(), said: z.string() }).optional(),
  latency: z.object({
    count,
    min: amount,
    max: amount,
    mean: amount,
    quantiles: z.array(z.tuple([z.number(), amount])),
  }),
  generator: z.object({ cpu_share: amount.optional(), loop_delay_p99_seconds: amount.optional() }),
  ended: z.enum(["plan", "script", "signal"]),
  exit_code: z.int(),
  script_errors: z.array(z.string()),
  request_errors: z.array(z.string()),
});

/** What the Python side wrote at its end. */
export interface LocustSays {
  readonly facts: LoadFacts;
  readonly ended: "plan" | "script" | "signal";
  /** First exception of the script, in its own words. */
  readonly scriptError?: string;
  /** How its one thread kept up over the judged window; absent where it lasted too short to tell. */
  readonly loop: LoopLoad;
}

/** Reads the facts that Locust's side wrote, or says what is wrong with them; it never guesses a value. */
export function readFacts(
  text: string,
  plannedSeconds: number | undefined,
  complaints: Complaints = createComplaints({ secrets: {} }),
): { readonly says: LocustSays } | { readonly problem: Reason } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: reason("bad_summary", "The facts that Locust wrote are not whole JSON.") };
  }
  const refused = z.object({ problem: z.string() }).safeParse(json).data?.problem;
  if (refused !== undefined) return { problem: reason("script_broken", `Locust cannot use the script: ${refused}.`) };
  const parsed = Facts.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.join(".") ?? "";
    const why = `The facts that Locust wrote have the wrong shape at "${where}": ${issue?.message ?? "unknown"}.`;
    return { problem: reason("bad_summary", why) };
  }
  for (const error of parsed.data.request_errors) complaints.add(error);
  const says = saysOf(parsed.data, plannedSeconds);
  return { says: { ...says, facts: { ...says.facts, ...complaints.told() } } };
}

function shortageFrom({ requests, code, said }: { requests: number; code: string; said: string }) {
  return { requests, why: `${said} (${shortageOf(code) ?? code})` };
}

function saysOf(told: z.infer<typeof Facts>, plannedSeconds: number | undefined): LocustSays {
  const { counts, exceptions, latency, generator } = told;
  const scriptError = told.script_errors[0];
  return {
    facts: {
      window: {
        startedAt: Math.round(told.started_at_ms),
        seconds: told.judged_seconds,
        ...(plannedSeconds === undefined ? {} : { plannedSeconds }),
      },
      requests: { count: counts.requests, failed: counts.failed },
      // Locust has no checks: an answer that a script calls a failure is a failed request already.
      checks: { failedOnGood: 0, mixed: 0, perAnswer: 0 },
      exceptions: {
        afterGood: exceptions.good,
        afterFailed: exceptions.failed,
        withoutRequest: exceptions.none,
      },
      waitedThrough: counts.waited_through,
      waitedInVain: counts.waited_in_vain,
      failedWaitSeconds: told.failed_wait_seconds,
      ...(told.shortage && { shortage: shortageFrom(told.shortage) }),
      latency,
      iterations: { completed: counts.iterations },
      custom: {},
      thresholds: [],
      requestsInAll: counts.all,
    },
    ended: told.ended,
    ...(scriptError === undefined ? {} : { scriptError }),
    loop: {
      ...(generator.cpu_share === undefined ? {} : { cpuShare: generator.cpu_share }),
      ...(generator.loop_delay_p99_seconds === undefined ? {} : { delayP99Seconds: generator.loop_delay_p99_seconds }),
    },
  };
}
