import fc from "fast-check";
import { expect, it } from "vitest";
import { parseHttpAddress, parseLink, plainDatabaseProblem } from "./addresses.ts";

it.each([
  ["http://127.0.0.1:8000", "http://127.0.0.1:8000"],
  ["HTTPS://Chat.Example.org:443/v1//", "https://chat.example.org/v1"],
  ["http://[::1]:8000/", "http://[::1]:8000"],
])("%s is the address %s", (text, url) => {
  expect(parseHttpAddress(text)).toEqual({ url });
});

it.each([
  "",
  "http://",
  "http:/127.0.0.1",
  "http:\\\\127.0.0.1",
  "//127.0.0.1",
  "file:///etc/passwd",
  "javascript:alert(1)",
  "http://a b/",
])("refuses %j", (text) => {
  expect(parseHttpAddress(text)).toHaveProperty("problem");
  expect(parseLink(text)).toHaveProperty("problem");
});

it("a link may have a query and a fragment", () => {
  expect(parseLink("http://127.0.0.1:3000/d/x?orgId=1#top")).toEqual({ url: "http://127.0.0.1:3000/d/x?orgId=1#top" });
});

it("refuses a password in every place of an address, and never repeats it", () => {
  const password = fc.stringMatching(/^zq[a-z0-9]{6,20}$/);
  fc.assert(
    fc.property(password, (secret) => {
      const answers = [
        parseHttpAddress(`http://me:${secret}@127.0.0.1/`),
        parseHttpAddress(`http://${secret}@127.0.0.1/`),
        parseHttpAddress(`http://127.0.0.1/?token=${secret}`),
        parseLink(`https://me:${secret}@127.0.0.1/?a=1`),
        { problem: plainDatabaseProblem(`postgres://me:${secret}@127.0.0.1/chat`, "postgres") },
        { problem: plainDatabaseProblem(`postgres://127.0.0.1/chat?password=${secret}`, "postgres") },
        { problem: plainDatabaseProblem(`redis://:${secret}@127.0.0.1:6379`, "redis") },
        { problem: plainDatabaseProblem(`mysql://me:${secret}@127.0.0.1`, "redis") },
      ];
      expect(answers.filter((answer) => !("problem" in answer) || answer.problem === undefined)).toEqual([]);
      expect(JSON.stringify(answers)).not.toContain(secret);
    }),
  );
});

it.each([
  "http://169.254.169.254/latest/meta-data",
  "http://2852039166/",
  "http://0xa9.0xfe.0xa9.0xfe/",
  "http://[fe80::1]:8000",
  "http://[::ffff:169.254.169.254]/",
  "http://[fd00:ec2::254]/",
  "http://metadata.google.internal./",
])("59: refuses the link-local address %s, however it is written", (text) => {
  expect(parseHttpAddress(text)).toEqual({ problem: expect.stringContaining("is link-local") as string });
});

it("59: refuses a database at a link-local address", () => {
  expect(plainDatabaseProblem("postgres://169.254.169.254/x", "postgres")).toContain("is link-local");
  expect(plainDatabaseProblem("redis://[fe80::1]:6379", "redis")).toContain("is link-local");
  expect(plainDatabaseProblem("redis://127.0.0.1:6379", "redis")).toBeUndefined();
});

it.each(["http://169.253.1.1", "http://[fec0::1]", "http://fe80.example.org", "http://100.100.100.201"])(
  "59: takes %s for what it is: somebody's address",
  (text) => {
    expect(parseHttpAddress(text)).toHaveProperty("url");
  },
);
