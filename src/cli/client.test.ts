import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import type { DaemonState } from "../daemon/state-file.ts";
import { systemClock } from "../platform/clock.ts";
import { createClient } from "./client.ts";

const ID = "20261129T020000Z-chat-aaaaaa";
const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

/** A daemon that does this with the so many-th request; undefined: it breaks the connection. */
async function daemonThat(answers: readonly (number | undefined)[]): Promise<{ state: DaemonState; keys: string[] }> {
  const keys: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const status = answers[keys.length];
    keys.push(String(request.headers["idempotency-key"]));
    if (status === undefined) request.socket.destroy();
    else response.writeHead(status).end(JSON.stringify(status < 300 ? { id: ID } : { error: { message: "Full." } }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return { state: { pid: 1, startTime: "1", url, token: "t" }, keys };
}

const start = async (state: DaemonState): Promise<unknown> =>
  await createClient(state, systemClock).start({ scenario: "chat" }, "key-1");

it("asks a daemon that said nothing once more with the same key: it is one run", async () => {
  const { state, keys } = await daemonThat([undefined, 200]);
  expect(await start(state)).toEqual({ id: ID });
  expect(keys).toEqual(["key-1", "key-1"]);
});

it("asks twice and no more, and not again after a refusal", async () => {
  const silent = await daemonThat([undefined, undefined, 200]);
  expect(await start(silent.state)).toHaveProperty("problem", expect.stringContaining("did not answer"));
  expect(silent.keys).toHaveLength(2);
  const full = await daemonThat([429, 200]);
  expect(await start(full.state)).toEqual({ problem: "Full." });
  expect(full.keys).toHaveLength(1);
});
