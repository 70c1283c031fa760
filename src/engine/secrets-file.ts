import { join } from "node:path";
import type { TrialWork } from "../model/index.ts";
import { removeNow } from "../platform/remove-now.ts";

const NAME = ".secrets";

/** Where an engine finds the secrets of its trial: a file of its owner's alone, and only until it has read them. */
export function secretsFile({ folder }: Pick<TrialWork, "folder">): string {
  return join(folder, NAME);
}

/** Takes the secrets off the disk, half-written ones too; at once, because a kill ends this process right after it. */
export function forgetSecrets({ folder }: Pick<TrialWork, "folder">): void {
  removeNow(folder, NAME);
}

/** The file lives no longer than the work that needs it, however that ends. */
export async function withoutSecretsAfter<T>(work: TrialWork, use: () => Promise<T>, kill?: AbortSignal): Promise<T> {
  const onKill = (): void => forgetSecrets(work);
  kill?.addEventListener("abort", onKill, { once: true });
  try {
    return await use();
  } finally {
    kill?.removeEventListener("abort", onKill);
    forgetSecrets(work);
  }
}
