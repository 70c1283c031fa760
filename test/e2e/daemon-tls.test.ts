import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hash } from "bcrypt";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { main } from "../../src/main.ts";
import { authority } from "../support/certificates.ts";
import { configure, startDaemon, type TestDaemon } from "../support/daemon.ts";
import { testMachine } from "../support/machine.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { startServer, type TestServer } from "../support/server.ts";

// The command line and a daemon with users and a certificate of nobody's authority but the test's.

const SHORT = "pattern: { name: smoke, users: 1, duration: 1s, warmup: 0s }";
let daemon: TestDaemon | undefined;
let server: TestServer;
let folder: string;
let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startPostgres(); // begins sooner than the embedded one
});
afterAll(async () => {
  await postgres.stop();
});

beforeEach(async () => {
  server = await startServer();
  folder = await mkdtemp(join(tmpdir(), "chatbench-tls-"));
  const ca = await authority(folder, "our-authority");
  await ca.issue("first");
  await ca.issue("second");
  await configure(folder, {
    ...{ baseUrl: server.url, scenarios: { chat: SHORT } },
    more: "server: { web_config_file: web.yml }\n",
  });
});
afterEach(async () => {
  await daemon?.stop();
  daemon = undefined;
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Replaced in one step, as those do it who care. */
async function writeConfig(certificate: string, clientAuth: string): Promise<void> {
  const tls = {
    ...{ cert_file: `${certificate}.crt`, key_file: `${certificate}.key` },
    ...{ client_auth_type: clientAuth, client_ca_file: "our-authority.crt" },
  };
  const users = { anna: await hash("a password", 4) };
  await writeFile(join(folder, "new.yml"), JSON.stringify({ tls_server_config: tls, basic_auth_users: users }));
  await rename(join(folder, "new.yml"), join(folder, "web.yml"));
}

async function chatbench(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const machine = testMachine(folder);
  const code = await main(args, machine);
  return { code, out: machine.printed.out(), err: machine.printed.err() };
}

const state = async (): Promise<{ tls: { fingerprint: string } }> =>
  JSON.parse(await readFile(join(folder, "results/.daemon.json"), "utf8")) as { tls: { fingerprint: string } };

describe("the command line", () => {
  it("knows the daemon by its certificate, also by the next one, and speaks to no other", async () => {
    await writeConfig("first", "VerifyClientCertIfGiven");
    daemon = await startDaemon(folder, { DATABASE_URL: postgres.url });
    expect(daemon.url).toMatch(/^https:/);
    const run = await chatbench("run", "chat");
    const by = `(run by ${daemon.url})`;
    expect(run).toMatchObject({ code: 0, err: expect.stringContaining(by) as unknown });
    expect(await chatbench("runs")).toMatchObject({ code: 0, err: "" });

    const { fingerprint } = (await state()).tls;
    await writeConfig("second", "VerifyClientCertIfGiven");
    await expect.poll(async () => (await state()).tls.fingerprint, { timeout: 20_000 }).not.toBe(fingerprint);
    expect(await chatbench("runs")).toMatchObject({ code: 0, err: "" });

    const other = { ...(await state()), tls: { fingerprint, clientCertificate: false } };
    await writeFile(join(folder, "results/.daemon.json"), JSON.stringify(other));
    expect(await chatbench("run", "chat")).toMatchObject({
      code: 4,
      err: expect.stringContaining("did not answer: it shows another certificate") as unknown,
    });
  });

  it("says that it is shut out where every client needs a certificate, and what to do", async () => {
    await writeConfig("first", "RequireAndVerifyClientCert");
    daemon = await startDaemon(folder, { DATABASE_URL: postgres.url });
    const { code, err } = await chatbench("run", "chat");
    expect(code).toBe(4);
    expect(err).toContain("speaks to nobody without a certificate (client_auth_type: RequireAndVerifyClientCert)");
    expect(err).toContain("VerifyClientCertIfGiven");
  });
});
