// A real Prometheus for the live series: on PATH, in .tools/bin, or unpacked from the system's packages.
import { join } from "node:path";
import { SetupError, TOOLS, isProgram, onPath, run, say, tail, versionIn } from "./machine.mjs";
import { hasDebianPackages, unpack } from "./debian.mjs";

/** Path of a Prometheus, or undefined. */
export function findPrometheus() {
  const own = join(TOOLS, "bin/prometheus");
  return onPath("prometheus") ?? (isProgram(own) ? own : undefined);
}

/** Never fails the set-up: without a Prometheus a run still measures and judges, it only sends nothing. */
export async function unpackPrometheus() {
  const without = "Runs go on without it: they are measured and judged, but nothing is sent to a Prometheus.";
  if (!hasDebianPackages()) {
    say("prometheus", `not found on PATH, and this system has no Debian packages to take it from. ${without}`);
    return;
  }
  say("prometheus", "unpacking the Debian package into .tools (nothing is installed, no service starts)");
  try {
    await unpack("prometheus", ["prometheus", "promtool"], verify);
    say("prometheus", `unpacked: ${join(TOOLS, "bin/prometheus")}`);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say("prometheus", `${error.message}\n${without}`);
  }
}

async function verify(path) {
  const { code, output } = await run(path, ["--version"]);
  if (code !== 0 || versionIn(output) === undefined)
    throw new SetupError(`The unpacked Prometheus does not run:\n${tail(output, 4)}`);
}
