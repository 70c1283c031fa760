/** Metrics of the schedules: absent for scenarios without one. */
import { counter, gauge, SCENARIO } from "./metric.ts";

export const SCHEDULE = {
  info: gauge("chatbench_schedule_info", {
    unit: "1",
    labels: [...SCENARIO, "schedule", "timezone"],
    help: "Configured schedule of a scenario: cron line and time zone.",
  }),
  paused: gauge("chatbench_schedule_paused", {
    unit: "0 or 1",
    labels: SCENARIO,
    help: "Whether the schedule is paused: its slots are skipped.",
  }),
  interval: gauge("chatbench_schedule_interval_seconds", {
    unit: "seconds",
    labels: SCENARIO,
    help: "Longest time between two scheduled runs.",
  }),
  next: gauge("chatbench_schedule_next_run_timestamp_seconds", {
    unit: "unix time in seconds",
    labels: SCENARIO,
    help: "When the next scheduled run is due.",
  }),
  deadline: gauge("chatbench_run_deadline_timestamp_seconds", {
    unit: "unix time in seconds",
    labels: SCENARIO,
    help: "Latest time by which a scheduled run must have been judged; absent while paused.",
  }),
  skipped: counter("chatbench_schedule_skipped_total", {
    unit: "count",
    labels: [...SCENARIO, "reason"],
    help: "Scheduled slots that did not run, by why.",
  }),
} as const;
