import { isAlive, type ProcessIdentity } from "./process-identity.ts";

/** Signals exactly this process (not its group); false when it is gone, even if its pid belongs to another by now. */
export async function signalProcess(to: ProcessIdentity, signal: "SIGTERM" | "SIGKILL"): Promise<boolean> {
  if (!(await isAlive(to))) return false;
  try {
    process.kill(to.pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

/**
 * Aborts when the process that started this one with a channel (`stdio: [..., "ipc"]`) is gone, however it died.
 * Without such a channel it never aborts. The channel does not keep this process alive.
 */
export function parentGone(): AbortSignal {
  const gone = new AbortController();
  if (process.connected) {
    process.once("disconnect", () => gone.abort("shutdown"));
    process.channel?.unref();
  }
  return gone.signal;
}

/** This process, told apart from a later one with the same pid. */
export const ownPid = (): number => process.pid;
