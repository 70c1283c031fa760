import { open, rm, type FileHandle } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";

// A Unix socket in a folder, as a sign of life: the kernel answers for a process as long as it lives, also across
// containers that share the folder. The system takes paths of sockets up to 107 bytes: ours go by the open folder.

const ANSWER_MS = 2_000;
/** What a socket says whose process is gone, or that was never there. */
const GONE = new Set(["ECONNREFUSED", "ENOENT", "ENOTSOCK"]);

/** Answers on the socket until the returned function is called; where there can be none (no such file system), nothing. */
export async function listenIn(folder: string, name: string): Promise<() => Promise<void>> {
  const held = await open(folder, "r").catch(() => undefined);
  const server = createServer((socket) => socket.on("error", () => undefined).destroy());
  const isListening = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(pathBy(held, folder, name), () => resolve(true));
  });
  server.unref();
  return async () => {
    if (isListening) await new Promise<void>((resolve) => server.close(() => resolve()));
    await rm(join(folder, name), { force: true });
    await held?.close();
  };
}

/** True if somebody answers on the socket, or if it cannot be said that nobody does. */
export async function answersIn(folder: string, name: string): Promise<boolean> {
  const held = await open(folder, "r").catch(() => undefined);
  const socket = connect(pathBy(held, folder, name)).setTimeout(ANSWER_MS);
  const answers = await new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true)).once("timeout", () => resolve(true));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(!GONE.has(error.code ?? "")));
  });
  socket.destroy();
  await held?.close();
  return answers;
}

function pathBy(held: FileHandle | undefined, folder: string, name: string): string {
  const isLinux = process.platform === "linux" && held !== undefined;
  return isLinux ? `/proc/self/fd/${held.fd}/${name}` : join(folder, name);
}
