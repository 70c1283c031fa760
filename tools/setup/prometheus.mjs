// Prometheus and the parts beside it: on PATH, in .tools/bin, or unpacked from the system's packages.
import { join } from "node:path";
import { SetupError, TOOLS, isProgram, onPath, run, say, tail, versionIn } from "./machine.mjs";
import { relocateAlertmanager } from "./alertmanager.mjs";
import { hasDebianPackages, unpack } from "./debian.mjs";

/** What of the stack there is, by what is not there without it. `programs`: the project's name, and Debian's. */
const PARTS = [
  {
    packageName: "prometheus",
    programs: ["prometheus"],
    unpacked: ["prometheus", "promtool"],
    without: "Runs go on without it: they are measured and judged, but nothing is sent to a Prometheus.",
  },
  {
    packageName: "prometheus-alertmanager",
    programs: ["alertmanager", "prometheus-alertmanager"],
    unpacked: ["prometheus-alertmanager", "amtool"],
    relocate: relocateAlertmanager,
    without: "The local stack goes on without it: alerts are evaluated, but nobody is told.",
  },
  {
    packageName: "prometheus-blackbox-exporter",
    programs: ["blackbox_exporter", "prometheus-blackbox-exporter"],
    unpacked: ["prometheus-blackbox-exporter"],
    without: "The local stack goes on without it: uptime is not measured.",
  },
  {
    packageName: "prometheus-node-exporter",
    programs: ["node_exporter", "prometheus-node-exporter"],
    unpacked: ["prometheus-node-exporter"],
    without: "The local stack goes on without it: the machine's resources are not recorded.",
  },
];

/** Path of a Prometheus, or undefined. */
export function findPrometheus() {
  return found(PARTS[0]);
}

/** True when a part of the stack can neither be found nor was unpacked. */
export function stackMissing() {
  return PARTS.some((part) => found(part) === undefined);
}

function found({ programs }) {
  const own = programs.map((program) => join(TOOLS, "bin", program)).filter(isProgram);
  return programs.map((program) => onPath(program)).find((path) => path !== undefined) ?? own[0];
}

/** Never fails the set-up: without them a run still measures and judges, it only sends nothing. */
export async function unpackStack() {
  for (const part of PARTS) if (found(part) === undefined) await unpackPart(part);
}

async function unpackPart({ packageName, unpacked, relocate, without }) {
  if (!hasDebianPackages()) {
    say(packageName, `not found on PATH, and this system has no Debian packages to take it from. ${without}`);
    return;
  }
  say(packageName, "unpacking the Debian package into .tools (nothing is installed, no service starts)");
  try {
    await unpack(packageName, unpacked, { verify, relocate });
    say(packageName, `unpacked: ${join(TOOLS, "bin", unpacked[0])}`);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(packageName, `${error.message}\n${without}`);
  }
}

async function verify(path) {
  const { code, output } = await run(path, ["--version"]);
  if (code !== 0 || versionIn(output) === undefined)
    throw new SetupError(`The unpacked program does not run:\n${tail(output, 4)}`);
}
