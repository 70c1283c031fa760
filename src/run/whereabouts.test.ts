import { expect, it } from "vitest";
import type { Owner } from "../model/index.ts";
import { whereIs } from "./whereabouts.ts";

const OWN: Owner = { host: "bench-1", pid: 1, startTime: "10", place: "boot-1 4026531836" };

const CASES: readonly [string, Partial<Omit<Owner, "place">> & { place?: string | undefined }, string][] = [
  ["another process of this machine", { pid: 2 }, "here"],
  ["a process noted by an older version, without its place", { place: undefined }, "here"],
  ["a process of this machine before it was started anew", { place: "boot-0 4026531836" }, "before"],
  ["a container of the same name beside this one", { place: "boot-1 4026532200" }, "elsewhere"],
  ["another machine", { host: "bench-2" }, "elsewhere"],
];

it.each(CASES)("%s", (_, of, where) => {
  const { place, ...owner } = { ...OWN, ...of };
  expect(whereIs({ ...owner, ...(place !== undefined && { place }) }, OWN)).toBe(where);
});
