/** The keys of a scenario's schedule; their meaning together is checked in schedule.ts. */
import { z } from "zod";
import { OVERLAPS } from "../model/index.ts";
import { duration, flag, listOf, text } from "./fields.ts";

const TIME = 'a time of the day such as "08:00"';

const blackoutSchema = z
  .strictObject({
    from: text(
      { description: "Hour and minute at which it begins, in the schedule's time zone.", examples: ["08:00"] },
      TIME,
    ),
    to: text(
      {
        description:
          "Hour and minute at which it is over; earlier than `from`: on the next day. 24:00 is the end of the day.",
        examples: ["18:00"],
      },
      TIME,
    ),
    days: text({
      description: "Days on which it begins, written as the last field of a cron line. Left out: every day.",
      examples: ["MON-FRI"],
    }).optional(),
  })
  .meta({ title: "mapping" });

export const scheduleSchema = z
  .strictObject({
    cron: text({
      description:
        "Five fields: minute, hour, day of the month, month, day of the week; numbers, names (MON, JAN), lists, ranges and steps.",
      examples: ["0 2 * * *"],
    }),
    timezone: text({ description: "IANA time zone of the cron line.", examples: ["Europe/Berlin"] }).default("UTC"),
    overlap: z.enum(OVERLAPS).default("skip").meta({
      title: "overlap",
      description:
        "What happens to a slot while a run of the scenario waits or is at work: skip it, queue it behind that run, or cancel that run.",
    }),
    catch_up: duration({
      description: "How late a slot may still run, when Chatbench was not there in time; at most 31d.",
    }).prefault("1h"),
    jitter: duration({
      description:
        "A run begins at a moment drawn from this long after its slot (the same for all who draw), so that not everything begins on the hour; at most 24h.",
      examples: ["10m"],
    }).prefault("0s"),
    blackout: listOf(blackoutSchema, {
      description: "Times of the day at which nothing starts; what runs then goes on.",
      examples: [[{ from: "08:00", to: "18:00", days: "MON-FRI" }]],
    }).default([]),
    paused: flag({ description: "true: nothing starts by itself until it is false again." }).default(false),
  })
  .meta({ title: "mapping", description: "When it runs by itself." });

export type ScheduleInput = z.output<typeof scheduleSchema>;
