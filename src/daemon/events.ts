import type { Exporter } from "../exporter/index.ts";
import type { Log, RunRecord } from "../model/index.ts";
import type { RunEvents } from "../run/index.ts";
import type { History } from "./history.ts";
import type { PageWriter } from "./page-writer.ts";

export interface EventDeps {
  readonly exporter: Exporter;
  readonly history: History;
  readonly pages: PageWriter;
  readonly log: Log;
  /** The queue looks different now. */
  readonly changed: () => void;
}

/** What happens to runs and slots, passed on to gauges, pages and the log. */
export function createEvents({ exporter, history, pages, log, changed }: EventDeps): RunEvents {
  const executing = new Set<string>();
  return {
    runBegan(run, waitedSeconds) {
      executing.add(run.id);
      exporter.events.runBegan(waitedSeconds);
      log.info(`Run of ${run.scenario.name} began.`, { run_id: run.id, trigger: run.trigger, waited: waitedSeconds });
      changed();
    },
    runEnded(record) {
      history.note(record);
      exporter.events.runEnded(record);
      log.info(`Run of ${record.scenario} ended: ${outcomeText(record)}.`, fieldsOf(record));
      // One that was executed here gets its page when its series are read back too, unless a bug of ours ended it.
      if (record.reason?.code === "internal") executing.delete(record.id);
      if (!executing.has(record.id)) pages.add({ record });
      changed();
    },
    runDone(executed) {
      executing.delete(executed.record.id);
      history.note(executed.record);
      pages.add(executed);
    },
    slotsSkipped({ name, target }, skipped) {
      exporter.events.slotsSkipped(name, target.name, skipped);
      const { count, reason, from, to } = skipped;
      const times = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
      log.warn(`Slots of ${name} did not run: ${reason}.`, { scenario: name, count, ...times });
      changed();
    },
  };
}

function outcomeText({ state, verdict, reason }: RunRecord): string {
  const word = verdict ?? state;
  return reason === null ? word : `${word} (${reason.text.replace(/\.$/, "")})`;
}

function fieldsOf({ id, scenario, trigger, state, verdict, reason }: RunRecord): Record<string, string> {
  return {
    ...{ run_id: id, scenario, trigger, state },
    ...(verdict === null ? {} : { verdict }),
    ...(reason === null ? {} : { code: reason.code }),
  };
}
