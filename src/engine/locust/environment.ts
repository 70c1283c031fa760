import type { TrialWork } from "../../model/index.ts";
import { inheritedFrom, RUN_ID } from "../inherited.ts";

/** The whole environment of Locust: an allow-list of ours and the scenario's `env`; nothing of a user's Python. */
export function locustEnvironment(
  work: TrialWork,
  inherited: Readonly<Record<string, string | undefined>>,
  secretsFile: string | undefined,
): Record<string, string> {
  return {
    ...inheritedFrom(inherited),
    ...work.scenario.env,
    CHATBENCH_TARGET_URL: work.scenario.target.baseUrl,
    CHATBENCH_PARAMS: JSON.stringify(work.scenario.params),
    ...(secretsFile === undefined ? {} : { CHATBENCH_SECRETS_FILE: secretsFile }),
    [RUN_ID]: work.runId,
    PYTHONDONTWRITEBYTECODE: "1", // the scripts folder is the user's
    PYTHONNOUSERSITE: "1",
    PYTHONUNBUFFERED: "1",
    PYTHONUTF8: "1",
  };
}
