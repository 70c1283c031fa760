import type { TrialWork } from "../../model/index.ts";
import { RUN_ID } from "../k6/environment.ts";

/** What Locust may inherit: where things are and how to speak, nothing that could hold a secret. */
const INHERITED = ["PATH", "HOME", "TMPDIR", "TMP", "TEMP", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR"];

/** The whole environment of Locust: an allow-list of ours and the scenario's `env`; nothing of a user's Python. */
export function locustEnvironment(
  work: TrialWork,
  inherited: Readonly<Record<string, string | undefined>>,
  secretsFile: string | undefined,
): Record<string, string> {
  const kept = INHERITED.flatMap((name) => {
    const value = inherited[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
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
