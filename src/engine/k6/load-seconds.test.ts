import { expect, it } from "vitest";
import { parseInspection } from "./script-options.ts";

it.each([
  ["constant users", { a: { executor: "constant-vus", duration: "1m30s" } }, 90],
  ["stages", { a: { executor: "ramping-vus", stages: [{ duration: "3s" }, { duration: "1m2s" }] } }, 65],
  ["a constant rate", { a: { executor: "constant-arrival-rate", duration: "500ms" } }, 0.5],
  [
    "the last of several, one of which starts late",
    {
      a: { executor: "constant-vus", duration: "20s" },
      b: { executor: "ramping-arrival-rate", startTime: "15s", stages: [{ duration: "10s" }] },
    },
    25,
  ],
  ["nothing known where iterations decide", { a: { executor: "shared-iterations", maxDuration: "9s" } }, undefined],
  [
    "nothing known where iterations decide beside a fixed time",
    { a: { executor: "constant-vus", duration: "1s" }, b: { executor: "per-vu-iterations", maxDuration: "9s" } },
    undefined,
  ],
  ["nothing known from a text that is no duration", { a: { executor: "constant-vus", duration: "soon" } }, undefined],
  ["nothing known where no time is given", { a: { executor: "constant-vus" } }, undefined],
  ["nothing known of no scenario", {}, undefined],
] as const)("the planned load of a script with its own options: %s", (_, scenarios, seconds) => {
  expect(parseInspection(JSON.stringify({ scenarios }))?.loadSeconds).toBe(seconds);
});
