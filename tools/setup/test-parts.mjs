// What only the tests need: a PostgreSQL server, Redis and Chromium, from the system's packages.
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isProgram, keepSaying, onPath, run, say, tail } from "./machine.mjs";

const PARTS = [
  { packageName: "postgresql", found: () => onPath("postgres") !== undefined || debianPostgres() !== undefined },
  { packageName: "redis-server", found: () => onPath("redis-server") !== undefined },
  // Pages are looked at: a browser without any font shows none of their text.
  {
    packageName: "fonts-dejavu-core",
    found: () => existsSync("/usr/share/fonts/truetype/dejavu") || onPath("dpkg") === undefined,
  },
  { packageName: "chromium", found: () => onPath("chromium") !== undefined || onPath("google-chrome") !== undefined },
];
/** Debian asks this file whether an installation may start a service; 101 is "no". */
const SERVICE_POLICY = "/usr/sbin/policy-rc.d";

/** The packages that are missing. */
export function missingTestParts() {
  return PARTS.filter((part) => !part.found()).map((part) => part.packageName);
}

/**
 * Installs them as root or by a sudo that asks nothing, without starting any service. Elsewhere it only says what is
 * missing: the tests that need it then fail by name, and all the others still run.
 */
export async function installTestParts(names) {
  const prefix = process.getuid() === 0 ? [] : (await canSudo()) ? ["sudo", "-n"] : undefined;
  if (prefix === undefined || onPath("apt-get") === undefined) {
    say("tests", `${names.join(", ")} not found: the tests that need them will fail. ${byHand(names)}`);
    return;
  }
  say("tests", `installing ${names.join(", ")} from the system's packages (no service is started)`);
  const stop = keepSaying("tests", () => "apt-get still runs");
  const undo = forbidServices();
  try {
    const env = ["env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1"];
    await runPrefixed([...prefix, ...env, "apt-get", "update", "-qq"]);
    const install = [...prefix, ...env, "apt-get", "install", "-y", "-qq", "--no-install-recommends", ...names];
    const { code, output } = await runPrefixed(install);
    if (code !== 0) say("tests", `apt-get failed (exit ${code}); ${byHand(names)}\n${tail(output)}`);
  } finally {
    undo();
    stop();
  }
}

function runPrefixed([command, ...args]) {
  return run(command, args);
}

async function canSudo() {
  return onPath("sudo") !== undefined && (await run("sudo", ["-n", "true"])).code === 0;
}

/** As root: no service starts while we install; RUNLEVEL=1 says the same for a run by sudo. */
function forbidServices() {
  if (process.getuid() !== 0 || existsSync(SERVICE_POLICY)) return () => undefined;
  writeFileSync(SERVICE_POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  const undo = () => rmSync(SERVICE_POLICY, { force: true });
  process.once("exit", undo);
  return undo;
}

function byHand(names) {
  return `Install them with your system's packages (Debian: sudo apt-get install ${names.join(" ")}).`;
}

/** Debian keeps the server's programs off PATH, one folder a version. */
function debianPostgres() {
  const root = "/usr/lib/postgresql";
  if (!existsSync(root)) return undefined;
  return readdirSync(root)
    .map((version) => join(root, version, "bin/postgres"))
    .find(isProgram);
}
