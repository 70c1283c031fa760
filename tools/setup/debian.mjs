// Programs from the system's own Debian packages, unpacked into .tools: no root, nothing installed, no service started.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { SetupError, TOOLS, onPath, run, say, tail } from "./machine.mjs";

const LISTS = join(TOOLS, "apt");

/** True on a system whose packages can be unpacked. */
export function hasDebianPackages() {
  return onPath("apt-get") !== undefined && onPath("dpkg-deb") !== undefined;
}

/**
 * Puts a package's programs into .tools/bin. apt chooses the version that this system's release pins and checks it
 * against its signed lists; `verify` gets the path of the first program and tells whether it runs. `relocate` may change
 * what was unpacked before that.
 */
export async function unpack(name, programs, { verify, relocate }) {
  const folder = join(TOOLS, `unpack-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    await download(name, folder);
    const file = readdirSync(folder).find((entry) => entry.endsWith(".deb"));
    if (file === undefined) throw new SetupError(`apt-get brought no package ${name}.`);
    const { code, output } = await run("dpkg-deb", ["-x", file, "files"], { cwd: folder });
    if (code !== 0) throw new SetupError(`The package ${name} could not be unpacked:\n${tail(output)}`);
    relocate?.(join(folder, "files"));
    await verify(join(folder, "files/usr/bin", programs[0]));
    moveIntoPlace(join(folder, "files"), join(TOOLS, name), programs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function moveIntoPlace(from, to, programs) {
  rmSync(to, { recursive: true, force: true });
  renameSync(from, to);
  mkdirSync(join(TOOLS, "bin"), { recursive: true });
  for (const program of programs) {
    const link = join(TOOLS, "bin", program);
    rmSync(link, { force: true });
    symlinkSync(relative(join(TOOLS, "bin"), join(to, "usr/bin", program)), link);
  }
}

/** With the system's package lists; where they are missing or too old, with lists of our own, which need no root. */
async function download(name, folder) {
  if (
    existsSync("/var/lib/apt/lists") &&
    readdirSync("/var/lib/apt/lists").some((file) => file.includes("_Packages"))
  ) {
    const { code } = await run("apt-get", ["download", name], { cwd: folder });
    if (code === 0) return;
  }
  say(name, "the system's package lists are missing or old: fetching lists into .tools/apt");
  for (const part of ["lists/partial", "archives/partial"]) mkdirSync(join(LISTS, part), { recursive: true });
  const own = [
    ["Dir::State::lists", join(LISTS, "lists")],
    ["Dir::Cache", LISTS],
    ["APT::Sandbox::User", "root"],
  ].flatMap(([key, value]) => ["-o", `${key}=${value}`]);
  const update = await run("apt-get", [...own, "update"], { cwd: folder });
  const { code, output } = await run("apt-get", [...own, "download", name], { cwd: folder });
  if (code !== 0)
    throw new SetupError(`apt-get could not download ${name}:\n${tail(update.output, 4)}\n${tail(output, 4)}`);
}
