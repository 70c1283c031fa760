import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { request, type RequestOptions } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import { hash } from "bcrypt";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { authority, type Authority } from "../support/certificates.ts";
import { BEARER, serveApi, type ServedApi } from "../support/http-api.ts";
import { raw } from "../support/raw-http.ts";

interface State {
  folder: string;
  ca?: Authority;
  strangers?: Authority;
  server?: ServedApi | undefined;
}
const state: State = { folder: "" };
beforeAll(async () => {
  state.folder = await mkdtemp(join(tmpdir(), "http-tls-"));
  state.ca = await authority(state.folder, "our-authority");
  state.strangers = await authority(state.folder, "strangers");
  await state.ca.issue("first");
  await state.ca.issue("second");
});
afterAll(() => rm(state.folder, { recursive: true, force: true }));
afterEach(async () => {
  await state.server?.close();
  state.server = undefined;
});

interface Settings {
  readonly certificate?: string;
  readonly clientAuth?: string;
  readonly minVersion?: string;
  readonly users?: Readonly<Record<string, string>>;
}

/** Replaced in one step, as those do it who care. */
async function writeConfig({ certificate, clientAuth, minVersion, users }: Settings): Promise<string> {
  const tls = {
    cert_file: `${certificate ?? ""}.crt`,
    key_file: `${certificate ?? ""}.key`,
    client_ca_file: "our-authority.crt",
    ...(clientAuth === undefined ? {} : { client_auth_type: clientAuth }),
    ...(minVersion === undefined ? {} : { min_version: minVersion }),
  };
  const file = join(state.folder, "web.yml");
  const config = { ...(certificate === undefined ? {} : { tls_server_config: tls }), basic_auth_users: users ?? {} };
  await writeFile(`${file}.new`, JSON.stringify(config));
  await rename(`${file}.new`, file);
  return file;
}

async function serve(settings: Settings): Promise<ServedApi> {
  const webConfigFile = await writeConfig(settings);
  state.server = await serveApi({}, { webConfigFile, limits: { webConfigMs: 20 } });
  return state.server;
}

/** Status and the name in the server's certificate; the code of the error when there was no answer. */
async function ask(url: string, options: RequestOptions = {}): Promise<string> {
  const settings = { ca: state.ca?.cert, agent: false, ...options };
  return new Promise((resolve) => {
    const sent = request(`${url}/metrics`, settings, (response) => {
      const { socket } = response;
      const name = socket instanceof TLSSocket ? String(socket.getPeerCertificate().subject.CN) : "no certificate";
      response.resume().on("end", () => resolve(`${String(response.statusCode)} ${name}`));
    });
    sent.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sent.end();
  });
}

describe("TLS of the web configuration file", () => {
  it("is what the server speaks, and nothing else", async () => {
    const { url } = await serve({ certificate: "first" });
    expect(url).toMatch(/^https:/);
    expect(await ask(url)).toBe("200 first");
    expect(await ask(url, { ca: state.strangers?.cert })).not.toMatch(/^\d/);
    await expect(raw(url.replace("https", "http"), { path: "/metrics" })).rejects.toThrow();
  });

  it("is not spoken below the version that was set", async () => {
    const { url } = await serve({ certificate: "first", minVersion: "TLS13" });
    expect(await ask(url, { maxVersion: "TLSv1.2" })).toBe("EPROTO");
    expect(await ask(url)).toBe("200 first");
  });

  it("lets in only clients with a certificate of the named authority, where that is wanted", async () => {
    const { url } = await serve({ certificate: "first", clientAuth: "RequireAndVerifyClientCert" });
    const [ours, theirs] = [await state.ca?.issue("client"), await state.strangers?.issue("intruder")];
    expect(await ask(url, { ...ours })).toBe("200 first");
    expect(await ask(url)).not.toMatch(/^\d/);
    expect(await ask(url, { ...theirs })).not.toMatch(/^\d/);
  });

  it("refuses a wrong certificate, and needs none, where it is verified only if given", async () => {
    const { url } = await serve({ certificate: "first", clientAuth: "VerifyClientCertIfGiven" });
    expect(await ask(url)).toBe("200 first");
    expect(await ask(url, { ...(await state.ca?.issue("guest")) })).toBe("200 first");
    expect(await ask(url, { ...(await state.strangers?.issue("stranger")) })).not.toMatch(/^\d/);
  });
});

describe("a change of the web configuration file", () => {
  it("brings new certificates without a restart", async () => {
    const { url } = await serve({ certificate: "first" });
    expect(await ask(url)).toBe("200 first");
    await writeConfig({ certificate: "second" });
    await expect.poll(() => ask(url)).toBe("200 second");
  });

  it("brings new users, and forgets the password that was changed", async () => {
    const users = async (password: string) => ({ users: { alice: await hash(password, 4) } });
    const { url } = await serve(await users("old"));
    const statusOf = async (password: string): Promise<number> => {
      const authorization = `Basic ${Buffer.from(`alice:${password}`).toString("base64")}`;
      return (await raw(url, { path: "/metrics", headers: { authorization } })).status;
    };
    expect(await statusOf("old")).toBe(200);
    await writeConfig(await users("new"));
    await expect.poll(() => state.server?.logged.length).toBe(1);
    expect([await statusOf("old"), await statusOf("new")]).toEqual([401, 200]);
  });

  it("that is bad changes nothing, and is told once with its place", async () => {
    const { url, logged } = await serve({ users: { alice: await hash("x", 4) } });
    await writeFile(join(state.folder, "web.yml"), "basic_auth_users:\n  alice: hunter2\n");
    await expect.poll(() => logged.length).toBeGreaterThan(0);
    expect(logged[0]).toMatchObject({ level: "error", message: expect.stringContaining("was not taken") as string });
    expect(logged[0]?.fields?.problem).toMatch(/web\.yml:2:3: error: basic_auth_users\.alice/);
    expect((await raw(url, { path: "/metrics" })).status).toBe(401);
    expect((await raw(url, { path: "/metrics", headers: BEARER })).status).toBe(200);
    expect(logged).toHaveLength(1);
  });

  it("from plain to TLS wants a restart, and says so", async () => {
    const { url, logged } = await serve({});
    await writeConfig({ certificate: "first" });
    await expect
      .poll(() => logged.map(({ fields }) => fields?.problem))
      .toEqual(["Switching TLS on or off, or changing client_auth_type, needs a restart of the daemon."]);
    expect((await raw(url, { path: "/metrics" })).status).toBe(200);
  });
});
