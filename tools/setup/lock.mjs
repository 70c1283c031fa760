// One set-up at a time in a clone: two `npm ci` in one folder destroy each other's work.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { say } from "./machine.mjs";

/** Runs `work` while no other set-up of this clone runs; waits for one that does. */
export async function withLock(folder, work) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "setup.lock");
  const mine = `${process.pid} ${startTimeOf(process.pid)} ${randomUUID()}`;
  const release = () => {
    if (readOr(path) === mine) rmSync(path, { force: true });
  };
  let said = false;
  while (!take(path, mine)) {
    const held = readOr(path);
    if (held !== undefined && isStale(held)) removeStale(path, held);
    else if (!said) say("lock", `another set-up runs in this clone (process ${held?.split(" ")[0] ?? "?"}): waiting.`);
    said = true;
    await sleep(200);
  }
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.removeListener("exit", release);
    release();
  }
}

/** Written whole under a name of its own, then linked: the lock never exists without its holder's name in it. */
function take(path, mine) {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, mine);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Moves a dead holder's lock away; if a live one slipped in between, its lock is put back. */
function removeStale(path, stale) {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
    if (readOr(aside) !== stale) linkSync(aside, path);
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "EEXIST") throw error;
  }
  rmSync(aside, { force: true });
}

function isStale(held) {
  const [pid, startTime] = held.split(" ");
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return error.code === "ESRCH";
  }
  // A pid alone may belong to a stranger by now; where the system tells no start time, only the pid counts.
  return startTime !== "?" && startTimeOf(pid) !== startTime;
}

function startTimeOf(pid) {
  const stat = readOr(`/proc/${pid}/stat`);
  return stat === undefined ? "?" : stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

function readOr(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
