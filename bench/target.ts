// A cheap server in a process of its own, so that its CPU is nobody's: answers at once and counts.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const BODY = Buffer.from('{"reply":"hello"}');

const counted = { requests: 0 };
const server = createServer({ keepAliveTimeout: 60_000 }, (_, response) => {
  counted.requests += 1;
  response.writeHead(200, { "content-type": "application/json", "content-length": BODY.length }).end(BODY);
});
server.listen(0, "127.0.0.1", () => {
  process.send?.({ url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` });
});
process.on("message", () => {
  process.send?.({ requests: counted.requests });
  counted.requests = 0;
});
process.on("disconnect", () => process.exit(0));
