import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Authority {
  /** Path of its certificate. */
  readonly file: string;
  readonly cert: string;
  /** A certificate for `name` that it has signed. */
  issue(name: string): Promise<{ readonly cert: string; readonly key: string }>;
}

/** A certificate authority of the test's own, with its files in `folder`. */
export async function authority(folder: string, name: string): Promise<Authority> {
  const path = (file: string): string => join(folder, file);
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  const ca = ["-keyout", path(`${name}.key`), "-out", path(`${name}.crt`), "-subj", `/CN=${name}`];
  await run("openssl", ["req", "-x509", ...curve, ...ca]);
  return {
    file: path(`${name}.crt`),
    cert: await readFile(path(`${name}.crt`), "utf8"),
    issue: async (subject) => {
      const signed = ["-CA", path(`${name}.crt`), "-CAkey", path(`${name}.key`)];
      const files = ["-keyout", path(`${subject}.key`), "-out", path(`${subject}.crt`)];
      const names = ["-subj", `/CN=${subject}`, "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
      await run("openssl", [
        "req",
        "-x509",
        ...curve,
        ...signed,
        ...files,
        ...names,
        "-addext",
        "basicConstraints=CA:FALSE",
      ]);
      return {
        cert: await readFile(path(`${subject}.crt`), "utf8"),
        key: await readFile(path(`${subject}.key`), "utf8"),
      };
    },
  };
}
