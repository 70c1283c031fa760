// node_modules as package-lock.json says: compared by content, because file times lie after a checkout.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, SetupError, keepSaying, run, say, tail } from "./machine.mjs";

/** True if what npm last installed here is not exactly what package-lock.json asks for. */
export function packagesMissing(root = ROOT) {
  const wanted = readPackages(join(root, "package-lock.json"));
  if (wanted === undefined) throw new SetupError("package-lock.json is missing or unreadable: is this a whole clone?");
  const found = readPackages(join(root, "node_modules/.package-lock.json"));
  if (found === undefined) return true;
  return Object.entries(wanted).some(([path, entry]) => {
    if (path === "") return false;
    const there = found[path];
    // Optional packages are for other machines (another system or processor): npm leaves them out.
    if (there === undefined) return entry.optional !== true && entry.peer !== true;
    return there.version !== entry.version || there.integrity !== entry.integrity;
  });
}

/** Installs exactly what package-lock.json says. */
export async function installPackages() {
  say("packages", "npm ci");
  const stop = keepSaying("packages", () => "npm ci still runs");
  const { code, output } = await run("npm", ["ci", "--no-fund", "--no-audit", "--loglevel=error"]);
  stop();
  if (code !== 0) throw new SetupError(`npm ci failed (exit ${code}):\n${tail(output)}`);
  say("packages", "installed");
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages;
  } catch {
    return undefined;
  }
}
