// Locust, the second engine: a virtual environment of its own in .tools/locust, from pinned versions with hashes.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, SetupError, TOOLS, keepSaying, onPath, run, say, tail } from "./machine.mjs";

const REQUIREMENTS = join(ROOT, "tools/locust-requirements.txt");
const PLACE = join(TOOLS, "locust");
const STAMP = "made-from";
const NEWEST_FIRST = ["python3", "python3.14", "python3.13", "python3.12", "python3.11"];
const LOWEST = 11;
const WITHOUT =
  "Scenarios with a Locust script (.py) cannot run without it; all others go on. Install Python 3.11 or newer with venv (Debian: sudo apt-get install python3-venv), then run: node tools/setup.mjs --locust";

/** True when the environment is not there, or was made from other versions. */
export function locustMissing() {
  const stamp = join(PLACE, STAMP);
  return !existsSync(stamp) || readFileSync(stamp, "utf8") !== fingerprint();
}

/** True when the configuration of this clone has a scenario for Locust. */
export function locustWanted() {
  const file = join(ROOT, "chatbench.yml");
  return existsSync(file) && /^\s*script:\s*\S+\.py\b/m.test(readFileSync(file, "utf8"));
}

/** For what works without it: says what is missing and goes on. */
export async function tryLocust() {
  try {
    await makeLocust();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say("locust", error.message);
  }
}

/** Makes the environment beside its place and moves it there at once: half a Locust is never found. */
export async function makeLocust() {
  const python = await findPython();
  say("locust", "installing it from tools/locust-requirements.txt into .tools/locust; this takes about ten seconds.");
  const folder = `${PLACE}-${process.pid}`;
  const stop = keepSaying("locust", () => "pip still runs");
  try {
    await must(python, ["-m", "venv", folder], "no virtual environment could be made");
    const own = join(folder, "bin/python");
    const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-compile"];
    await must(own, [...install, "--require-hashes", "-r", REQUIREMENTS], "pip failed");
    await must(own, ["-c", "import locust"], "the Locust that was installed does not run");
    writeFileSync(join(folder, STAMP), fingerprint());
    rmSync(PLACE, { recursive: true, force: true });
    renameSync(folder, PLACE);
  } finally {
    stop();
    rmSync(folder, { recursive: true, force: true });
  }
  say("locust", `ready: ${join(PLACE, "bin/python")}`);
}

async function must(command, args, what) {
  const { code, output } = await run(command, args, { env: { PYTHONNOUSERSITE: "1" } });
  if (code !== 0) throw new SetupError(`${what} (exit ${code}):\n${tail(output)}\n${WITHOUT}`);
}

async function findPython() {
  const seen = [];
  for (const path of NEWEST_FIRST.map((name) => onPath(name)).filter((path) => path !== undefined)) {
    const { code, output } = await run(path, ["-c", "import sys; print(sys.version_info[0], sys.version_info[1])"]);
    const [major, minor] = code === 0 ? output.trim().split(" ").map(Number) : [];
    if (major === 3 && minor >= LOWEST) return path;
    seen.push(`${path}${major === undefined ? " does not run" : ` is Python ${major}.${minor}`}`);
  }
  const found = seen.length === 0 ? "there is no python3" : seen.join(", ");
  throw new SetupError(`Locust needs Python 3.11 or newer, and ${found}. ${WITHOUT}`);
}

function fingerprint() {
  return createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex");
}
