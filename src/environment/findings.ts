import { CHECKS, type CheckName, type Finding } from "../model/index.ts";
import type { EnvironmentFacts } from "./facts.ts";
import * as generator from "./judge-generator.ts";
import { judgePostgres, judgeRedis, judgeTargetMachine } from "./judge-target.ts";

const ORDER = Object.keys(CHECKS) as CheckName[];

/** Judges what is known against the methodology; pure. What is not known is a note, never ok. */
export function findingsOf(facts: EnvironmentFacts): readonly Finding[] {
  const judges = [judgeTargetMachine, judgePostgres, judgeRedis, ...Object.values(GENERATOR)];
  const found = judges.flatMap((judge) => judge(facts));
  return found.sort((a, b) => ORDER.indexOf(a.check) - ORDER.indexOf(b.check));
}

const GENERATOR = {
  network: generator.judgeNetwork,
  address: generator.judgeAddress,
  isolation: generator.judgeIsolation,
  files: generator.judgeFiles,
  quota: generator.judgeQuota,
  clock: generator.judgeClock,
  governor: generator.judgeGovernor,
  load: generator.judgeOtherLoad,
} as const;
