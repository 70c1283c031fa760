import { oneOf } from "./scenarios.ts";
import { HOUR_MS, MINUTE_MS, WEEK_MS } from "./time.ts";
import { begin, type Week } from "./week-state.ts";

const YEARS_MS = 5 * 365 * 24 * HOUR_MS;

type Fault = (week: Week) => void;

/** Draws what happens in the week, and when: most of it at night, when runs are at work. */
export function drawFaults(week: Week): void {
  const mayJump = week.draw() < 0.5;
  const all = Object.entries(FAULTS).filter(([name]) => mayJump || !name.startsWith("clock"));
  for (let count = 0; count < 60; count += 1) {
    const night = Math.floor(week.draw() * 7) * 24 * HOUR_MS + 5 * HOUR_MS + week.draw() * 7 * HOUR_MS;
    const at = week.draw() < 0.8 ? night : week.draw() * (WEEK_MS - HOUR_MS);
    const [name, fault] = oneOf(all, week.draw);
    week.world.time.after(Math.min(at, WEEK_MS - HOUR_MS), () => {
      week.faults.push(`${String(Math.round(week.world.time.elapsed() / MINUTE_MS))} min: ${name}`);
      fault(week);
    });
  }
}

const later = ({ world, draw }: Week, mostMs: number, work: () => void): void =>
  void world.time.after(draw() * mostMs, work);

const FAULTS: Readonly<Record<string, Fault>> = {
  "daemon killed": (week) => {
    const at = Math.floor(week.draw() * week.daemons.length);
    const daemon = week.daemons[at];
    daemon?.dieAfter(Math.floor(week.draw() * 40));
    later(week, week.draw() < 0.8 ? 10 * MINUTE_MS : 10 * HOUR_MS, () => {
      daemon?.die();
      if (week.daemons[at] === daemon) week.daemons[at] = undefined;
      begin(week, at);
    });
  },
  "daemon stopped": (week) => {
    const at = Math.floor(week.draw() * week.daemons.length);
    const daemon = week.daemons[at];
    week.daemons[at] = undefined;
    void daemon?.runs.stop().then(() => daemon.die());
    later(week, HOUR_MS, () => begin(week, at));
  },
  "database away": (week) => {
    week.store.setAway(true);
    later(week, week.draw() < 0.7 ? 20 * MINUTE_MS : 5 * HOUR_MS, () => week.store.setAway(false));
  },
  "ticks blocked": (week) => {
    week.blocked = true;
    later(week, 3 * HOUR_MS, () => (week.blocked = false));
  },
  "clock set back": (week) => jump(week, -HOUR_MS, 3 * HOUR_MS),
  "clock in 2031": (week) => jump(week, YEARS_MS, HOUR_MS),
  "reload pauses": (week) => {
    const { name } = oneOf(week.scenarios, week.draw);
    reload(week, (one) =>
      one.name === name ? { ...one, schedule: { ...one.schedule!, paused: !one.schedule!.paused } } : one,
    );
  },
  "reload renames": (week) => {
    const old = oneOf(week.scenarios, week.draw);
    const name = old.name.endsWith("-b") ? old.name.slice(0, -2) : `${old.name}-b`;
    reload(week, (one) => (one === old ? { ...one, name } : one));
  },
  "person asks": (week) => {
    const scenario = oneOf(week.scenarios, week.draw);
    void firstUp(week)
      ?.runs.enqueue({ scenario, trigger: "manual" })
      .catch(() => undefined);
  },
  "person aborts": (week) => {
    const active = [...week.store.rows].filter(([, row]) => row.record === undefined);
    const [, row] = active.length === 0 ? [] : oneOf(active, week.draw);
    if (row?.order !== undefined)
      void firstUp(week)
        ?.runs.abort(row.order.id, "person")
        .catch(() => undefined);
  },
};

function firstUp(week: Week): Week["daemons"][number] {
  return week.daemons.find((daemon) => daemon !== undefined);
}

function jump(week: Week, byMs: number, mostMs: number): void {
  week.jumped = true;
  week.offsetMs = byMs;
  later(week, mostMs, () => (week.offsetMs = 0));
}

function reload(week: Week, change: (one: Week["scenarios"][number]) => Week["scenarios"][number]): void {
  week.scenarios = week.scenarios.map(change);
  for (const one of week.scenarios) week.known.set(one.name, one);
  for (const daemon of week.daemons) void daemon?.runs.tick();
}
