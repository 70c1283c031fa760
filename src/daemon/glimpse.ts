import {
  StoreUnavailable,
  type Clock,
  type Instant,
  type QueuedRun,
  type RunStore,
  type ScheduleState,
  type SlotOutcome,
} from "../model/index.ts";

const SKIPPED_SHOWN = 50;

type Skipped = Extract<SlotOutcome, { kind: "skipped" }>;

/** What the database said when it last answered: gauges and the status page are made from it, whatever is down. */
export interface Glimpse {
  /** Queued runs and those at work; undefined while the database is away. */
  active(): readonly QueuedRun[] | undefined;
  schedule(scenario: string): ScheduleState | undefined;
  /** The newest slot of a scenario that was skipped because its schedule was paused. */
  pausedUntil(scenario: string): Instant | undefined;
  /** Newest first. */
  skipped(): readonly Skipped[];
  health(): { readonly ok: boolean; readonly text: string; readonly seconds: number };
  /** Changes with what schedules have behind them: their next slots need not be worked out again while it stays. */
  version(): string;
  /** Asks the database; one that is away is noted, not thrown. */
  refresh(): Promise<void>;
}

interface Held {
  active: readonly QueuedRun[] | undefined;
  schedules: ReadonlyMap<string, ScheduleState>;
  skipped: readonly Skipped[];
  health: { ok: boolean; text: string; seconds: number };
  version: string;
}

export function createGlimpse(store: RunStore, clock: Clock): Glimpse {
  const held: Held = {
    ...{ active: undefined, schedules: new Map(), skipped: [], version: "" },
    health: { ok: false, text: "The database has not been reached yet.", seconds: 0 },
  };
  return {
    active: () => held.active,
    schedule: (scenario) => held.schedules.get(scenario),
    pausedUntil: (scenario) => held.schedules.get(scenario)?.pausedUntil,
    skipped: () => held.skipped,
    health: () => held.health,
    version: () => held.version,
    async refresh() {
      const from = clock.now();
      try {
        Object.assign(held, await ask(store));
        held.health = { ok: true, text: "The database answers.", seconds: (clock.now() - from) / 1000 };
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        held.active = undefined;
        held.health = { ok: false, text: error.message, seconds: (clock.now() - from) / 1000 };
      }
      held.version = JSON.stringify([...held.schedules.values()]);
    },
  };
}

async function ask(store: RunStore): Promise<Pick<Held, "active" | "schedules" | "skipped">> {
  const active = await store.active();
  const schedules = new Map((await store.schedules()).map((state) => [state.scenario, state]));
  const history = await store.slotHistory({ limit: SKIPPED_SHOWN });
  return { active, schedules, skipped: history.filter((slot): slot is Skipped => slot.kind === "skipped") };
}
