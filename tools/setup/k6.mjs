// k6 in the range that Chatbench drives: on PATH, in .tools/bin, or built from tools/go.mod.
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  ROOT,
  SetupError,
  TOOLS,
  atLeast,
  isProgram,
  keepSaying,
  onPath,
  run,
  say,
  tail,
  versionIn,
} from "./machine.mjs";

const LOWEST = [2, 2, 0];
const BELOW = [3, 0, 0];
const PACKAGES = "https://grafana.com/docs/k6/latest/set-up/install-k6/";
const OWN = join(TOOLS, "bin/k6");

/** Path of a usable k6, or undefined. */
export async function findK6() {
  for (const path of [onPath("k6"), OWN]) if (path !== undefined && (await inRange(path))) return path;
  return undefined;
}

async function inRange(path) {
  if (!isProgram(path)) return false;
  const { code, output } = await run(path, ["version"]);
  const version = code === 0 ? versionIn(output) : undefined;
  return version !== undefined && atLeast(version, LOWEST) && !atLeast(version, BELOW);
}

/** Builds the k6 that tools/go.mod pins; go.sum holds the checksum of everything that is downloaded for it. */
export async function buildK6() {
  const found = onPath("k6");
  if (found !== undefined) say("k6", `${found} is not >= 2.2 and < 3, so it is left alone.`);
  await checkGo();
  say("k6", "building it from tools/go.mod; the first time takes one to three minutes.");
  const folder = join(TOOLS, `build-${process.pid}`);
  let downloaded = 0;
  let compiled = 0;
  const stop = keepSaying("k6", () => `${downloaded} modules downloaded, ${compiled} packages compiled`);
  const { code, output } = await run("go", ["install", "-mod=readonly", "-v", "tool"], {
    cwd: join(ROOT, "tools"),
    // CGO_ENABLED=0: no C compiler is needed, and the program runs on every Linux of this processor.
    env: { GOBIN: folder, GOFLAGS: "", GOWORK: "off", CGO_ENABLED: "0" },
    onLine: (line) => (line.startsWith("go: downloading ") ? (downloaded += 1) : (compiled += 1)),
  });
  stop();
  try {
    if (code !== 0) throw new SetupError(`k6 could not be built (exit ${code}):\n${tail(output)}\n${otherWay()}`);
    mkdirSync(join(TOOLS, "bin"), { recursive: true });
    renameSync(join(folder, "k6"), OWN); // at once: half a program is never found
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (!(await inRange(OWN))) throw new SetupError(`The k6 built at ${OWN} does not run. ${otherWay()}`);
  say("k6", `built: ${OWN}`);
}

async function checkGo() {
  const { code, output } =
    onPath("go") === undefined ? { code: -1, output: "" } : await run("go", ["env", "GOVERSION"]);
  if (code === -1) throw new SetupError(`There is no k6 >= 2.2 and < 3, and no Go to build it with. ${otherWay()}`);
  const version = versionIn(output);
  // From 1.21 on, Go fetches the newer toolchain that go.mod asks for by itself.
  if (version === undefined || !atLeast(version, [1, 21]))
    throw new SetupError(`Go ${output.trim()} is too old to build k6 (1.21 or newer is needed). ${otherWay()}`);
}

function otherWay() {
  return `Install k6 2.2 or newer from its official packages (${PACKAGES}; macOS: brew install k6) or Go (https://go.dev/dl/), then try again.`;
}
