import type { Instant, Progress, RunRecord, RunSummary, SlotOutcome, Trigger, Uptime } from "../model/index.ts";

/** What runs, waits, comes and was, as the status page shows it. */
export interface StatusView {
  readonly now: Instant;
  readonly version: string;
  readonly running: readonly {
    readonly id: string;
    readonly scenario: string;
    readonly target: string;
    readonly trigger: Trigger;
    readonly state: "preparing" | "running" | "judging";
    readonly startedAt?: Instant;
    /** Absent for a run of another daemon. */
    readonly progress?: Progress;
  }[];
  readonly queued: readonly {
    readonly id: string;
    readonly scenario: string;
    readonly target: string;
    readonly trigger: Trigger;
    readonly queuedAt: Instant;
    readonly notBefore?: Instant;
  }[];
  /** Every configured scenario. */
  readonly scenarios: readonly {
    readonly name: string;
    readonly target: string;
    readonly schedule?: { readonly cron: string; readonly timezone: string; readonly paused: boolean };
    readonly nextSlot?: Instant;
    /** The newest run that is over. */
    readonly last?: RunRecord;
    /** Of its target, when it has been asked for. */
    readonly uptime?: Uptime;
    /** Runs before and with it, oldest first, for the trend. */
    readonly recent: readonly RunSummary[];
  }[];
  /** The newest runs of all, newest first. */
  readonly runs: readonly RunSummary[];
  /** The newest slots that did not run. */
  readonly skipped: readonly Extract<SlotOutcome, { kind: "skipped" }>[];
  /** The parts that it takes, each well or with what is wrong, one sentence. */
  readonly health: readonly { readonly part: string; readonly ok: boolean; readonly text: string }[];
  readonly links: { readonly grafana?: string; readonly prometheus?: string };
}
