import { expect, it } from "vitest";
import { factsOf, factsWithFailures } from "../../test/support/facts.ts";
import { judge } from "./verdict.ts";

it("does not pass what users waited through the whole judged window for", () => {
  const facts = { ...factsOf(500), waitedThrough: 2 };
  const { verdict, reason } = judge({ facts, objectives: [], exitCode: 0 });
  expect(verdict).toBe("invalid");
  expect(reason).toStrictEqual({
    code: "answers_stopped",
    text: "2 users waited for one answer during the whole judged window: that waiting is in no latency.",
  });
});

it("still fails for certain what failed beside them", () => {
  const facts = { ...factsWithFailures(500, 100), waitedThrough: 1 };
  expect(judge({ facts, objectives: [], exitCode: 0 }).verdict).toBe("fail");
});

it("takes records of before, which do not tell, as they are", () => {
  expect(judge({ facts: factsOf(500), objectives: [], exitCode: 0 }).verdict).toBe("pass");
});
