import { reason, type Clock, type Reason } from "../../model/index.ts";
import { whyNotExecutable } from "../../platform/executables.ts";
import { outputOf } from "../../platform/process-output.ts";
import { isInRange, LOCUST_RANGE } from "./range.ts";

const HOW_TO_INSTALL =
  "Run `node tools/setup.mjs --locust` (it makes a virtual environment in .tools/locust from tools/locust-requirements.txt), or name a Python that has Locust in CHATBENCH_LOCUST.";
/** How long an answer stands: an environment may be removed or made anew under a daemon. */
const ASK_AGAIN_MS = 60_000;
const ASK = "import importlib.metadata as m; print('locust', m.version('locust'))";

/** A Python that can import Locust. */
export interface LocustPython {
  readonly path: string;
  readonly version: string;
}

export interface PythonSearch {
  /** Of the virtual environment that the set-up makes. */
  readonly own: string;
  /** A path that somebody named: then only this one counts. */
  readonly named?: string;
}

export type FoundPython = { readonly python: LocustPython } | { readonly problem: Reason };

/** Looks for Locust each time it is asked; what it found is believed for a minute, that there was none, never. */
export function createPythonFinder(search: PythonSearch, clock: Clock): () => Promise<FoundPython> {
  let last: { readonly found: FoundPython; readonly at: number } | undefined;
  return async () => {
    const age = last === undefined ? Infinity : clock.now() - last.at;
    if (last !== undefined && age >= 0 && age < ASK_AGAIN_MS) return last.found;
    const at = clock.now();
    const found = await findPython(search);
    last = "python" in found ? { found, at } : undefined;
    return found;
  };
}

async function findPython({ own, named }: PythonSearch): Promise<FoundPython> {
  const path = named ?? own;
  const why = await whyNotExecutable(path);
  if (why !== undefined) {
    const text = named === undefined ? "There is no Locust here" : `The Python that was named cannot be run: ${why}`;
    return { problem: reason("engine_missing", `${text}. ${HOW_TO_INSTALL}`) };
  }
  const output = await outputOf(
    { command: path, args: ["-c", ASK], cwd: "/", env: { PYTHONDONTWRITEBYTECODE: "1" } },
    { timeoutMs: 10_000 },
  );
  const version = "problem" in output ? undefined : /^locust (\d+\.\d+\S*)$/m.exec(output.stdout)?.[1];
  if (version === undefined)
    return { problem: reason("engine_missing", `${path} is no Python with Locust. ${HOW_TO_INSTALL}`) };
  if (!isInRange(version)) {
    const text = `${path} has Locust ${version}; wanted ${LOCUST_RANGE.text}. ${HOW_TO_INSTALL}`;
    return { problem: reason("engine_version", text) };
  }
  return { python: { path, version } };
}
