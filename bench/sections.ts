// The page of all benches in sections, so that measuring one part anew keeps what stands there of the others.
import { DAEMON_PARTS } from "./options.ts";

export const SECTIONS = [
  "cpu",
  "cpu-least",
  "remote-write",
  "times",
  "memory",
  ...DAEMON_PARTS,
  "ttft",
  "omission",
  "breakpoint",
  "streams",
  "pairs",
] as const;
export type SectionName = (typeof SECTIONS)[number];

export interface Section {
  readonly name: SectionName;
  /** Paragraphs of Markdown, the heading first. */
  readonly parts: readonly string[];
}

/** When, of what and beside what a section was measured. */
export interface Stamp {
  /** For people: `2026-11-29 12:40 UTC`. */
  readonly date: string;
  readonly commit: string;
  /** Load averages at the start and at the end. */
  readonly load: readonly [string, string];
}

export interface Fresh {
  readonly head: readonly string[];
  readonly sections: readonly Section[];
  readonly stamp: Stamp;
}

/** The page with these sections in the place of the old ones of their names, and this head. */
export function pageWith(old: string, { head, sections, stamp }: Fresh): string {
  const texts = new Map<SectionName, string>();
  for (const name of SECTIONS) {
    const kept = sectionIn(old, name);
    if (kept !== undefined) texts.set(name, kept);
  }
  for (const section of sections) texts.set(section.name, marked(section, stamp));
  const ordered = SECTIONS.flatMap((name) => texts.get(name) ?? []);
  return `${[...head, ...ordered].join("\n\n")}\n`;
}

function marked({ name, parts: [heading = "", ...rest] }: Section, { date, commit, load }: Stamp): string {
  const when = `Measured ${date} at ${commit}, load average ${load[0]} at the start and ${load[1]} at the end.`;
  return [begin(name), heading, ...rest, when, end(name)].join("\n\n");
}

function sectionIn(page: string, name: SectionName): string | undefined {
  const [from, to] = [page.indexOf(begin(name)), page.indexOf(end(name))];
  return from < 0 || to < from ? undefined : page.slice(from, to + end(name).length);
}

const begin = (name: SectionName): string => `<!-- bench:${name} -->`;
const end = (name: SectionName): string => `<!-- /bench:${name} -->`;
