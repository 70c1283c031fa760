import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fetchPinned, fingerprintOf, OTHER_CERTIFICATE } from "./pinned.ts";

const LIMITS = { timeoutMs: 5_000, maxBytes: 1_000 };
const live = { seen: [] as string[] } as {
  folder: string;
  cert: string;
  url: URL;
  seen: string[];
  server: ReturnType<typeof createServer>;
};

beforeEach(async () => {
  live.seen = [];
  live.folder = await mkdtemp(join(tmpdir(), "chatbench-pinned-"));
  const [key, crt] = [join(live.folder, "a.key"), join(live.folder, "a.crt")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  execFileSync("openssl", ["req", "-x509", ...curve, "-keyout", key, "-out", crt, "-subj", "/CN=nobody"], {
    stdio: "ignore",
  });
  live.cert = await readFile(crt, "utf8");
  live.server = createServer({ cert: live.cert, key: await readFile(key, "utf8") }, (request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      live.seen.push(`${request.method ?? ""} ${request.url ?? ""} ${request.headers.authorization ?? ""} ${body}`);
      response.writeHead(202).end(request.url === "/large" ? "x".repeat(2_000) : "taken");
    });
  });
  await new Promise<void>((resolve) => live.server.listen(0, "127.0.0.1", resolve));
  live.url = new URL(`https://127.0.0.1:${String((live.server.address() as AddressInfo).port)}/`);
});
afterEach(async () => {
  live.server.closeAllConnections();
  live.server.close();
  await rm(live.folder, { recursive: true, force: true });
});

it("asks whoever has this certificate, which nobody has signed and which names another", async () => {
  const send = { method: "POST", headers: { authorization: "Bearer t" }, body: "{}" } as const;
  const answer = await fetchPinned(new URL("api?x=1", live.url), fingerprintOf(live.cert), { ...LIMITS, send });
  expect(answer).toEqual({ status: 202, text: "taken" });
  expect(live.seen).toEqual(["POST /api?x=1 Bearer t {}"]);
});

it("sends nothing to anybody else", async () => {
  expect(await fetchPinned(live.url, "AA:BB", LIMITS)).toEqual({ problem: OTHER_CERTIFICATE });
  expect(live.seen).toEqual([]);
});

it("takes no larger answer than it is to, and names why there was none", async () => {
  const large = await fetchPinned(new URL("large", live.url), fingerprintOf(live.cert), LIMITS);
  expect(large).toEqual({ problem: "its answer is larger than 1000 bytes" });
  live.server.closeAllConnections();
  live.server.close();
  expect(await fetchPinned(live.url, fingerprintOf(live.cert), LIMITS)).toEqual({ problem: "ECONNREFUSED" });
});
