// A Prometheus 3 beside Debian's 2.42, from the Go module that tools/prometheus3/go.mod pins: for tests only.
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT, SetupError, TOOLS, isProgram, keepSaying, onPath, run, say, tail } from "./machine.mjs";

const VERSION = "3.16.0";
const MODULE = join(ROOT, "tools/prometheus3");
/** Put first on PATH, its prometheus and promtool are those that everything takes. */
export const PROMETHEUS3 = join(TOOLS, "prometheus3/bin");
/** Both read `file` and `http` discovery without these; the clouds would double what has to be compiled. */
const TAGS = "remove_all_sd,netgo";

/** True when both programs are there in the pinned version. */
export async function hasPrometheus3() {
  for (const name of ["prometheus", "promtool"]) {
    const path = join(PROMETHEUS3, name);
    if (!isProgram(path)) return false;
    const { code, output } = await run(path, ["--version"]);
    if (code !== 0 || !output.includes(`version ${VERSION} `)) return false;
  }
  return true;
}

/** Builds both, politely: about four minutes of two cores the first time. Its pages have no assets and stay empty. */
export async function buildPrometheus3() {
  if (onPath("go") === undefined)
    throw new SetupError("There is no Go to build Prometheus 3 with (https://go.dev/dl/): 1.21 or newer is needed.");
  say("prometheus3", `building ${VERSION} from tools/prometheus3/go.mod; the first time takes four to eight minutes.`);
  const folder = join(TOOLS, `build-prometheus3-${process.pid}`);
  let seen = 0;
  const stop = keepSaying("prometheus3", () => `${seen} modules and packages so far, of about a thousand`, 20);
  const version = `-X github.com/prometheus/common/version.Version=${VERSION}`;
  const { code, output } = await run(
    "nice",
    ["go", "install", "-mod=readonly", "-v", "-tags", TAGS, "-ldflags", version, "tool"],
    {
      cwd: MODULE,
      env: { GOBIN: folder, GOFLAGS: "", GOWORK: "off", CGO_ENABLED: "0" },
      onLine: () => (seen += 1),
    },
  );
  stop();
  try {
    if (code !== 0) throw new SetupError(`Prometheus 3 could not be built (exit ${code}):\n${tail(output)}`);
    mkdirSync(join(PROMETHEUS3, ".."), { recursive: true });
    rmSync(PROMETHEUS3, { recursive: true, force: true });
    renameSync(folder, PROMETHEUS3);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  say("prometheus3", `built: ${PROMETHEUS3}`);
}
