/** Instants and spans of time as words, the same on every machine and in every locale. */
import type { Instant } from "../model/index.ts";
import { html, type Html } from "./html.ts";
import { durationText, timeText } from "./words.ts";

const DAY_SECONDS = 86_400;

function iso(instant: Instant): string | undefined {
  const date = new Date(instant);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** `23 Nov 2026, 02:00 UTC`. */
export function instantText(instant: Instant): string {
  return timeText(iso(instant) ?? "at an unknown time");
}

/** `02:00 UTC` within a day of `now`, else with its date. */
export function shortText(instant: Instant, now: Instant): string {
  const text = iso(instant);
  const near = Math.abs(instant - now) < DAY_SECONDS * 1000;
  return text !== undefined && near ? `${text.slice(11, 16)} UTC` : instantText(instant);
}

/** `02:00:05 UTC` with the date, for the age of a page. */
export function exactText(instant: Instant): string {
  const text = iso(instant);
  return text === undefined
    ? instantText(instant)
    : instantText(instant).replace(/\d\d:\d\d(?= UTC)/, text.slice(11, 19));
}

/** `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`: only as exact as somebody who waits needs it. */
export function spanText(seconds: number): string {
  const whole = Math.round(Math.abs(seconds));
  if (whole < 90) return `${whole} s`;
  if (whole < 3570) return `${Math.round(whole / 60)} min`;
  if (whole < DAY_SECONDS - 30) return durationText(Math.round(whole / 60) * 60);
  const hours = Math.round(whole / 3600);
  const rest = hours % 24;
  return rest === 0 || hours >= 240 ? `${Math.round(hours / 24)} d` : `${Math.floor(hours / 24)} d ${rest} h`;
}

/** `in 3 h`, `now`, `12 min ago`. */
export function relativeText(instant: Instant, now: Instant): string {
  const seconds = (instant - now) / 1000;
  if (!Number.isFinite(seconds)) return instantText(instant);
  if (Math.abs(seconds) < 1) return "now";
  return seconds > 0 ? `in ${spanText(seconds)}` : `${spanText(seconds)} ago`;
}

/** The moment for people and for machines. */
export function timeElement(instant: Instant, text: string): Html {
  return html`<time datetime="${iso(instant) ?? ""}">${text}</time>`;
}

/** `03:00 Europe/Berlin`; undefined for UTC, which is told anyway, and for a zone that this machine does not know. */
export function zoneText(instant: Instant, timezone: string): string | undefined {
  if (timezone === "UTC") return undefined;
  try {
    const format = new Intl.DateTimeFormat("en-GB", { timeZone: timezone, hour: "2-digit", minute: "2-digit" });
    return `${format.format(instant)} ${timezone}`;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
