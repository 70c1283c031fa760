import { readdir, readFile, readlink } from "node:fs/promises";

/** State "listening" of a socket in /proc/net/tcp. */
const LISTENING = "0A";
/** Every address, loopback, and loopback as IPv6 writes it, in the kernel's byte order. */
const HERE = /^(0{8}|0100007F|0{32}|0{24}01000000|0{16}FFFF00000100007F)$/;

/**
 * Pids of the processes that hold a socket listening on this TCP port of this machine, rising; empty where there is
 * none or it is a stranger's: which files a process has open, only its own user sees.
 */
export async function listenersOn(port: number): Promise<readonly number[]> {
  const tables = await Promise.all(
    ["tcp", "tcp6"].map((name) => readFile(`/proc/net/${name}`, "utf8").catch(() => "")),
  );
  const sockets = new Set(tables.flatMap((table) => inodesOf(table, port)).map((inode) => `socket:[${inode}]`));
  if (sockets.size === 0) return [];
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const found: number[] = [];
  // One after the other: all at once would take a file descriptor for each.
  for (const pid of pids) if (await holdsAny(pid, sockets)) found.push(pid);
  return found.sort((a, b) => a - b);
}

function inodesOf(table: string, port: number): readonly string[] {
  return table.split("\n").flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [address = "", portInHex = ""] = (fields[1] ?? "").split(":");
    const inode = fields[9];
    const isOurs = fields[3] === LISTENING && HERE.test(address) && Number.parseInt(portInHex, 16) === port;
    return isOurs && inode !== undefined ? [inode] : [];
  });
}

async function holdsAny(pid: number, sockets: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${String(pid)}/fd`;
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const target = await readlink(`${folder}/${name}`).catch(() => "");
    if (sockets.has(target)) return true;
  }
  return false;
}
