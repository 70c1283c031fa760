import { expect, it } from "vitest";
import { Secret } from "../model/index.ts";
import { createComplaints } from "./complaints.ts";

it("keeps the first five that differ, each in one short line", () => {
  const complaints = createComplaints({ secrets: {} });
  for (const why of ["status 401", "status 401", "a\nb\u2028c", "x".repeat(1000), "3", "4", "5", "6"])
    complaints.add(why);
  expect(complaints.told()).toEqual({ complaints: ["status 401", "a b c", `${"x".repeat(200)}...`, "3", "4"] });
});

it("is nothing where nothing was said", () => {
  const complaints = createComplaints({ secrets: {} });
  complaints.add(" \n");
  expect(complaints.told()).toEqual({});
});

it("53: holds no secret of the scenario, also where a target says it again", () => {
  const complaints = createComplaints({ secrets: { API_KEY: new Secret("canary-key"), NONE: new Secret("a") } });
  complaints.add("it said: wrong key canary-key, not canary-key2");
  expect(complaints.told().complaints).toEqual(["it said: wrong key <redacted>, not <redacted>2"]);
});
