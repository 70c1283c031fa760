// PGlite in a thread of its own, so that a heavy statement stalls no timer of the daemon. Plain JavaScript: a worker
// in TypeScript starts neither under vitest nor under tsx.
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";

// Its own default is 160 MiB of shared buffers, for an index of runs that has a tenth of it.
const startParams = [...PGlite.defaultStartParams, "-c", "shared_buffers=32MB"];
const database = await PGlite.create({ dataDir: workerData.dataFolder, startParams });
// A connection that is being replaced may overlap with its successor.
const server = new PGLiteSocketServer({ db: database, path: workerData.socket, maxConnections: 8 });
await server.start();
parentPort.on("message", async () => {
  await server.stop();
  await database.close();
  process.exit(0);
});
parentPort.postMessage({ kind: "ready" });
