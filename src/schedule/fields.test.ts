import { describe, expect, it } from "vitest";
import { nextSlot, parseSchedule, type Schedule } from "./index.ts";
import { parseFields } from "./fields.ts";

const UTC = "UTC";
const NEW_YEAR = Date.UTC(2026, 0, 1);

function good(cron: string, timezone = UTC): Schedule {
  const parsed = parseSchedule({ cron, timezone });
  if ("problems" in parsed) throw new Error(parsed.problems.map(({ text }) => text).join("; "));
  return parsed.schedule;
}

function iso(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString().slice(0, 16);
}

describe("a cron line", () => {
  it.each([
    ["0 2 * * *", "2026-01-01T02:00"],
    ["  0   2 *\t* *  ", "2026-01-01T02:00"],
    ["0 2 * * mon", "2026-01-05T02:00"],
    ["0 2 * * 7", "2026-01-04T02:00"],
    ["0 2 * * FRI-SUN", "2026-01-02T02:00"],
    ["0 2 * JUL-sep 1-5", "2026-07-01T02:00"],
    ["0 2 29 2 *", "2028-02-29T02:00"],
    ["5-59/15 * * * *", "2026-01-01T00:05"],
    ["0 2 31 4 1", "2026-04-06T02:00"],
    ["0 2 31 * *", "2026-01-31T02:00"],
  ])("%s first comes at %s", (cron, expected) => expect(iso(nextSlot(good(cron), NEW_YEAR))).toBe(expected));

  it.each([
    ["", "five fields"],
    ["0 2 * *", "five fields"],
    ["0 0 2 * * *", "a field for seconds is not known"],
    ["@daily", "five fields"],
    ["61 * * * *", "minute: 61 is not from 0 to 59"],
    ["* 24 * * *", "hour: 24 is not from 0 to 23"],
    ["* * 0 * *", "day of the month: 0 is not from 1 to 31"],
    ["* * * 13 *", "month: 13 is not from 1 to 12"],
    ["* * * * 8", "day of the week: 8 is not from 0 to 7"],
    ["* * * * 5-1", 'day of the week: "5-1" ends before it begins: write "5-6,0-1"'],
    ["-5 * * * *", '"-5" is not understood'],
    ["1.5 * * * *", '"1.5" is not understood'],
    ["* * L * *", '"L" is not understood'],
    ["* * ? * *", '"?" is not understood'],
    ["* * * * MON#2", '"MON#2" is not understood'],
    ["*/60 * * * *", "must be from 1 to 59"],
    ["0/5 * * * *", 'write "0-59/5" or "*/5"'],
    ["0 2 30 2 *", "never comes: day 30 is in no year a day of FEB"],
    ["0 2 30-31 FEB *", "never comes"],
    ["0 2 31 4,6,9,11 *", "never comes: day 31 is in no year a day of APR, JUN, SEP, NOV"],
    [`${"1,".repeat(500)}1 * * * *`, "at most 300 characters"],
  ])("9: %s is refused", (cron, problem) => {
    const parsed = parseFields(cron);
    expect("problem" in parsed && parsed.problem).toContain(problem);
    expect(parseSchedule({ cron, timezone: UTC })).toMatchObject({ problems: [{ part: "cron" }] });
  });

  it("10: unknown zones and offsets are refused, beside what is wrong with the line", () => {
    for (const timezone of ["Europe/Berln", "+02:00", "", "Mars", "UTC+2"]) {
      expect(parseSchedule({ cron: "0 2 * * *", timezone })).toMatchObject({ problems: [{ part: "timezone" }] });
      expect(parseSchedule({ cron: "x", timezone })).toMatchObject({
        problems: [{ part: "cron" }, { part: "timezone" }],
      });
    }
  });
});
