import { join } from "node:path";
import { createLocustEngine, type LocustDeps } from "../../src/engine/index.ts";
import type { Engine } from "../../src/model/index.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { ROOT, SCRIPTS } from "./k6.ts";

/** A script of test/fixtures/scripts/locust. */
export function locustScript(name: string): string {
  return join(SCRIPTS, "locust", name);
}

/** The engine with the Locust of the set-up, or with what `overrides` says. */
export function locustEngine(overrides: Partial<LocustDeps> = {}): Engine {
  return createLocustEngine({
    search: { own: join(ROOT, ".tools/locust/bin/python") },
    inherited: process.env,
    program: join(ROOT, "src/engine/locust/runtime/chatbench_locust.py"),
    clock: systemClock,
    ...overrides,
  });
}
