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

/** This process, told apart from a later one with the same pid. */
export const ownPid = (): number => process.pid;
