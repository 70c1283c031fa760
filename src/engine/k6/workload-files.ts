import { join } from "node:path";
import { reason, type Reason, type TrialWork } from "../../model/index.ts";
import { removeFolder, writeFileAtomic } from "../../platform/files.ts";

/** What load_tests/lib/workload.ts reads; absent: there is nothing to tell. */
export const WORKLOAD = "CHATBENCH_WORKLOAD";

/** Longer lists do not stay with the run: they follow from its scenario, or from a file whose hash is in the record. */
const MOST_KEPT_BYTES = 1024 * 1024;

interface WorkloadFiles {
  readonly scripts: string;
  readonly order: string;
}

/** Beside the run; all its trials say the same. */
function filesOf({ folder }: TrialWork): WorkloadFiles {
  return { scripts: join(folder, "prompts.json"), order: join(folder, "prompt-order.json") };
}

/** Writes the list where k6 opens it once for all its users, each of whom copies out only what it says. */
export async function writeWorkload(
  work: TrialWork,
): Promise<{ readonly bytes: number } | { readonly problem: Reason }> {
  if (work.prompts === undefined) return { bytes: 0 };
  const { scripts, order } = filesOf(work);
  const texts = [
    [scripts, `[\n${work.prompts.scripts.map((script) => JSON.stringify(script)).join(",\n")}\n]\n`],
    [order, `[${work.prompts.order.join(",")}]\n`],
  ] as const;
  for (const [path, text] of texts) {
    const written = await writeFileAtomic(path, text);
    if (written.problem !== undefined) return { problem: reason("storage", written.problem.text) };
  }
  return { bytes: texts[0][1].length + texts[1][1].length };
}

/** Removes the list again where it is long. */
export async function tidyWorkload(work: TrialWork, bytes: number): Promise<void> {
  if (bytes <= MOST_KEPT_BYTES) return;
  for (const path of Object.values(filesOf(work)) as string[]) await removeFolder(path);
}

/** The environment's part of it. Asked before any load (`validate`) there is no list, but it is said that there will be one. */
export function workloadVariables(work: TrialWork): Record<string, string> {
  const { index, scenario, prompts, cache = scenario.cache ?? "as_is", runId } = work;
  const hasPrompts = scenario.prompts !== undefined;
  if (index === 0 && cache === "as_is" && !hasPrompts) return {};
  // The whole run id would be longer than many a message: its time and its random letters tell it as well.
  const nonce = `[${runId.slice(0, 16)}${runId.slice(-4)}${index === 0 ? "" : `.${String(index)}`}] `;
  const files = prompts === undefined ? {} : { files: filesOf(work) };
  return { [WORKLOAD]: JSON.stringify({ trial: index, cache, nonce, prompts: hasPrompts, ...files }) };
}

/** Longest time that filling a cache may take; setup of k6 has it then. */
export const FILLING_SECONDS = 600;

/** True where setup sends prompts before the load. */
export function fillsCache({ scenario, cache = scenario.cache }: TrialWork): boolean {
  return cache === "primed" || cache === "warm";
}
