// dist/ from the sources, only when one of them changed: tsc alone takes seconds to find out that nothing did.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { ROOT, SetupError, run, say, tail } from "./machine.mjs";

const SOURCES = ["src", "demo", "bench", "generate"];
const SETTINGS = ["tsconfig.json", "tsconfig.build.json", "package-lock.json"];
const STAMP = join(ROOT, "dist/.built-from");
/** What tsc does not copy but the program reads: the worker written in plain JavaScript, what runs inside Locust, styles, pages. */
const COPIED = /\.(?:js|css|html|svg|py)$/;

/** True if dist/ was not built from exactly these sources. */
export function buildMissing() {
  return !existsSync(STAMP) || readFileSync(STAMP, "utf8") !== fingerprint();
}

/** Compiles with tsc and copies the files beside the TypeScript; removes what no longer has a source. */
export async function build() {
  say("build", "tsc");
  const print = fingerprint(); // taken before, so that a source edited meanwhile is built again next time
  rmSync(STAMP, { force: true });
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const args = ["-p", "tsconfig.build.json", "--incremental", "--tsBuildInfoFile", "dist/.tsbuildinfo"];
  const { code, output } = await run(process.execPath, [tsc, ...args]);
  if (code !== 0) throw new SetupError(`The sources do not compile:\n${tail(output, 30)}`);
  removeOrphans();
  for (const path of sources().filter((file) => COPIED.test(file))) {
    mkdirSync(dirname(join(ROOT, "dist", path)), { recursive: true });
    copyFileSync(join(ROOT, path), join(ROOT, "dist", path));
  }
  await writeRevision();
  const command = join(ROOT, "dist/src/main.js");
  if (existsSync(command)) chmodSync(command, 0o755); // `npx chatbench` executes it; tsc makes plain files
  writeFileSync(STAMP, print);
  say("build", "done");
}

/** What the build was made of, for `chatbench_build_info`; nothing where there is no git, as in an image. */
async function writeRevision() {
  const path = join(ROOT, "dist/src/revision");
  const { code, output } = await run("git", ["describe", "--always", "--abbrev=12", "--exclude=*", "--dirty"]);
  if (code === 0) writeFileSync(path, output.trim());
  else rmSync(path, { force: true });
}

/** A module that was removed or renamed must not live on in dist. */
function removeOrphans() {
  for (const path of filesBelow("dist").filter((file) => /\.(?:js(?:\.map)?|py)$/.test(file))) {
    const source = path.replace(/^dist\//, "").replace(/\.map$/, "");
    const candidates = [source, source.replace(/\.js$/, ".ts")];
    if (!candidates.some((candidate) => existsSync(join(ROOT, candidate)))) rmSync(join(ROOT, path));
  }
}

function fingerprint() {
  const hash = createHash("sha256");
  for (const path of [...sources(), ...SETTINGS]) {
    const { size, mtimeMs } = statSync(join(ROOT, path));
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

function sources() {
  return SOURCES.flatMap(filesBelow).filter((path) => !path.endsWith(".test.ts"));
}

function filesBelow(folder) {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .sort();
}
