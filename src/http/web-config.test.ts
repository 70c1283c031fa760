import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hash } from "bcrypt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readWebConfig } from "./web-config.ts";

const state = { folder: "", alice: "" };
beforeAll(async () => {
  state.folder = await mkdtemp(join(tmpdir(), "web-config-"));
  state.alice = (await hash("correct horse", 4)).replace("$2b", "$2y");
  for (const name of ["server.crt", "server.key", "ca.crt"]) await writeFile(join(state.folder, name), name);
});
afterAll(() => rm(state.folder, { recursive: true, force: true }));

async function read(text: string) {
  const file = join(state.folder, "web.yml");
  await writeFile(
    file,
    text.replaceAll("ALICE", state.alice).replace("COSTLY", () => state.alice.replace("$04$", "$31$")),
  );
  return readWebConfig(file);
}

async function problems(text: string): Promise<readonly string[]> {
  const result = await read(text);
  return "problems" in result ? result.problems.map((p) => `${p.line}:${p.column}: ${p.message}`) : [];
}

describe("the web configuration file", () => {
  it("takes users, TLS and headers as Prometheus' exporters write them", async () => {
    const result = await read(`
tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.crt
  min_version: TLS13
http_server_config:
  http2: false
  headers:
    Strict-Transport-Security: max-age=31536000
basic_auth_users:
  alice: ALICE
`);
    expect(result).toMatchObject({
      config: {
        users: { alice: state.alice },
        headers: { "Strict-Transport-Security": "max-age=31536000" },
        tls: {
          ...{ cert: "server.crt", key: "server.key", clientCa: "ca.crt" },
          ...{ clientCertificate: "required", minVersion: "TLSv1.3" },
        },
      },
    });
  });

  it("may be empty: no users, no TLS", async () => {
    expect(await read("")).toMatchObject({ config: { headers: {} } });
  });

  it("tells every problem with its place", async () => {
    expect(
      await problems(`basic_auth_users:
  alice: hunter2
  bob: ALICE
  "a:b": ALICE
tls_server_config:
  cert_file: server.crt
  client_auth_type: RequireAnyClientCert
  cipher_suites: []
http_server_config:
  headers: { X-Powered-By: us }
rate_limit: {}
`),
    ).toEqual([
      "6:3: tls_server_config.key_file: expected string, received undefined",
      '7:3: tls_server_config.client_auth_type: expected one of "NoClientCert"|"VerifyClientCertIfGiven"|"RequireAndVerifyClientCert"',
      '8:3: tls_server_config: the key "cipher_suites" is not supported here',
      '10:14: http_server_config.headers: the key "X-Powered-By" is not supported here',
      "2:3: basic_auth_users.alice: this is not a bcrypt hash; make one with htpasswd -nBC 10 NAME",
      "4:3: basic_auth_users.a:b: a user name has no colon",
      '11:1: the key "rate_limit" is not supported here',
    ]);
  });

  it("never repeats a password that was written where its hash belongs", async () => {
    expect((await problems("basic_auth_users:\n  alice: hunter2\n")).join()).not.toContain("hunter2");
  });

  it.each([
    ["a missing certificate", "tls_server_config: { cert_file: none.crt, key_file: server.key }", /^1:22: .*none\.crt/],
    [
      "verification without an authority",
      "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n  client_auth_type: VerifyClientCertIfGiven",
      /^4:3: .*client_ca_file/,
    ],
    ["a hash that would take seconds", "basic_auth_users:\n  a: COSTLY", /^2:3: .*cost 31/],
    ["half a bracket", "basic_auth_users: {", /^\d+:\d+: not valid YAML/],
    ["a user twice", "basic_auth_users:\n  a: ALICE\n  a: ALICE", /^3:3: not valid YAML/],
    ["a list", "- a", /^1:1: the file: expected object/],
    ["an alias", "a: &a [1]\nb: *a", /^1:1: the file/],
    ["a header of two lines", 'http_server_config: { headers: { X-Frame-Options: "a\\nb" } }', /^1:34: .*one line/],
  ])("refuses %s", async (_name, text, expected) => {
    const [first = "nothing"] = await problems(text);
    expect(first).toMatch(expected);
  });

  it("that is not there is a problem with its path", async () => {
    const result = await readWebConfig(join(state.folder, "missing.yml"));
    expect(result).toMatchObject({
      problems: [{ line: 1, message: expect.stringContaining("missing.yml") as string }],
    });
  });
});
