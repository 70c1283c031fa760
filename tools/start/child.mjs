// A part of `npm start`: in a process group of its own, so that Ctrl-C reaches only us and we stop the parts in order,
// and with a channel, so that it stops by itself when we die without a word.
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "../setup/machine.mjs";

/** `log`: file for its errors and, unless `onLine` reads it, its output; absent: it prints to our terminal. */
export function startPart(name, args, { log, onLine } = {}) {
  const file = log === undefined ? undefined : openLog(log);
  const out = onLine === undefined ? (file ?? "inherit") : "pipe";
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    detached: true,
    stdio: ["ignore", out, file ?? "inherit", "ipc"],
  });
  if (file !== undefined) closeSync(file);
  if (onLine !== undefined) createInterface({ input: child.stdout }).on("line", onLine);
  const exited = new Promise((done) => {
    child.once("error", (error) => done({ code: -1, text: error.message }));
    // "close", not "exit": all it printed has been read by then.
    child.once("close", (code, signal) => done({ code: code ?? -1, text: signal ?? `exit ${code}` }));
  });
  const send = (signal) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  };
  return { name, pid: child.pid, log, exited, send };
}

/** TERM, and KILL after `graceMs`; resolves when it is gone. */
export async function stopPart(part, graceMs) {
  part.send("SIGTERM");
  const timer = setTimeout(() => part.send("SIGKILL"), graceMs);
  await part.exited;
  clearTimeout(timer);
}

function openLog(path) {
  mkdirSync(dirname(path), { recursive: true });
  return openSync(path, "w", 0o600);
}
