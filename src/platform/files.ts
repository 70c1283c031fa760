/**
 * Files and folders, free of policy. What can go wrong on a healthy program (missing, not permitted, disk full)
 * comes back as a value with a sentence for people; only misuse throws.
 */
import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, open, readdir, realpath, rename, rm, lstat, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const CODES = {
  ENOENT: ["missing", "does not exist"],
  EACCES: ["not_permitted", "may not be used by this user"],
  EPERM: ["not_permitted", "may not be used by this user"],
  EROFS: ["read_only", "lies on a read-only file system"],
  ENOSPC: ["full", "cannot be written: the disk is full"],
  EDQUOT: ["full", "cannot be written: the disk quota is used up"],
  EFBIG: ["full", "cannot be written: it exceeds the largest size allowed for a file"],
  ENOTDIR: ["not_a_folder", "is not a folder, or lies below something that is none"],
  EISDIR: ["not_a_file", "is a folder, not a file"],
  EEXIST: ["exists", "exists already"],
  ELOOP: ["not_permitted", "is a circle of symbolic links"],
} as const satisfies Record<string, readonly [string, string]>;

export type FileProblemKind = (typeof CODES)[keyof typeof CODES][0] | "too_large" | "other";

/** Why a file operation did not happen: a word for programs, and `text`, a sentence that begins with the path. */
export interface FileProblem {
  readonly kind: FileProblemKind;
  readonly path: string;
  readonly text: string;
}

export type Kind = "file" | "folder" | "link" | "other";

export interface Entry {
  readonly name: string;
  readonly kind: Kind;
}

export interface Stat {
  readonly kind: Kind;
  readonly bytes: number;
  /** Permission bits, e.g. 0o600. */
  readonly mode: number;
  readonly ownerId: number;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly modifiedAt: number;
}

/** Names what a caught error of node:fs says of `path`. */
export function fileProblem(path: string, error: unknown): FileProblem {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (Object.hasOwn(CODES, code)) {
    const [kind, words] = CODES[code as keyof typeof CODES];
    return { kind, path, text: `${path} ${words}.` };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { kind: "other", path, text: `${path} cannot be used: ${message}.` };
}

/** The whole file as UTF-8 text; a file of more than `maxBytes` is refused, not cut. */
export async function readTextFile(
  path: string,
  options: { readonly maxBytes: number },
): Promise<{ readonly text: string } | { readonly problem: FileProblem }> {
  try {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      if (size > options.maxBytes) return { problem: tooLarge(path, options.maxBytes) };
      return { text: await file.readFile("utf8") };
    } finally {
      await file.close();
    }
  } catch (error) {
    return { problem: fileProblem(path, error) };
  }
}

function tooLarge(path: string, maxBytes: number): FileProblem {
  return { kind: "too_large", path, text: `${path} is larger than the ${maxBytes} bytes that are read at most.` };
}

/**
 * Whole or not there: writes beside the path, fsyncs, renames over it, and fsyncs the folder so that the name
 * survives a power cut too. On a problem nothing half remains and an older file stays as it was.
 * Own code, because write-file-atomic 7 takes a short write for a whole one: on a disk that fills up half way it
 * renames a cut file over the good one and reports success (test/faults/records.test.ts, case 36).
 */
export async function writeFileAtomic(
  path: string,
  text: string,
  options: { readonly mode?: number } = {},
): Promise<{ readonly problem?: FileProblem }> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await writeSynced(temporary, text, options.mode ?? 0o666);
    await rename(temporary, path);
    await syncFolder(dirname(path));
    return {};
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    return { problem: fileProblem(path, error) };
  }
}

async function writeSynced(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, "wx", mode);
  try {
    await file.writeFile(text, "utf8");
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Makes the folder and what is missing above it; a folder that exists is fine. */
export async function ensureFolder(
  path: string,
  options: { readonly mode?: number } = {},
): Promise<{ readonly problem?: FileProblem }> {
  return attempt(path, async () => {
    await mkdir(path, { recursive: true, ...options });
  });
}

/** Makes one folder that must not exist yet (problem `exists`), below one that does. */
export async function makeFolder(
  path: string,
  options: { readonly mode?: number } = {},
): Promise<{ readonly problem?: FileProblem }> {
  return attempt(path, async () => {
    await mkdir(path, options);
  });
}

/** Makes an empty folder (0700) of the machine's place for temporary files and gives its path. */
export async function makeTemporaryFolder(prefix: string): Promise<string> {
  return mkdtemp(join(await realpath(tmpdir()), prefix));
}

/** Name and kind of each entry, sorted by name; symbolic links are not followed. */
export async function listFolder(
  path: string,
): Promise<{ readonly entries: readonly Entry[] } | { readonly problem: FileProblem }> {
  try {
    const found = await readdir(path, { withFileTypes: true });
    const entries = found.map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
    return { entries: entries.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  } catch (error) {
    return { problem: fileProblem(path, error) };
  }
}

/** Copies a folder and all below it to a path that must not exist yet. */
export async function copyFolder(from: string, to: string): Promise<{ readonly problem?: FileProblem }> {
  return attempt(to, () => cp(from, to, { recursive: true, force: false, errorOnExist: true }));
}

/** Removes a folder and all below it, or a single file; what is not there is fine. Links are removed, not followed. */
export async function removeFolder(path: string): Promise<{ readonly problem?: FileProblem }> {
  return attempt(path, () => rm(path, { recursive: true, force: true }));
}

/** Gives a file or folder another name on the same disk: at once, whatever its size. */
export async function renamePath(from: string, to: string): Promise<{ readonly problem?: FileProblem }> {
  return attempt(from, () => rename(from, to));
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The absolute path without any symbolic link. */
export async function realPath(path: string): Promise<{ readonly path: string } | { readonly problem: FileProblem }> {
  try {
    return { path: await realpath(path) };
  } catch (error) {
    return { problem: fileProblem(path, error) };
  }
}

/** What is at the path itself: a symbolic link is reported as `link`, not followed. */
export async function statOf(path: string): Promise<{ readonly stat: Stat } | { readonly problem: FileProblem }> {
  try {
    const found = await lstat(path);
    return {
      stat: {
        kind: kindOf(found),
        bytes: found.size,
        mode: found.mode & 0o777,
        ownerId: found.uid,
        modifiedAt: found.mtimeMs,
      },
    };
  } catch (error) {
    return { problem: fileProblem(path, error) };
  }
}

/** Writes and removes a small file: the only sure sign that a folder can be written, for root and network disks too. */
export async function probeWritable(folder: string): Promise<{ readonly problem?: FileProblem }> {
  const path = join(folder, `.write-probe-${randomBytes(6).toString("hex")}`);
  try {
    const file = await open(path, "wx", 0o600);
    await file.close();
    await rm(path, { force: true });
    return {};
  } catch (error) {
    return { problem: fileProblem(folder, error) };
  }
}

async function attempt(path: string, work: () => Promise<void>): Promise<{ readonly problem?: FileProblem }> {
  try {
    await work();
    return {};
  } catch (error) {
    return { problem: fileProblem(path, error) };
  }
}

function kindOf(found: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): Kind {
  if (found.isFile()) return "file";
  if (found.isDirectory()) return "folder";
  return found.isSymbolicLink() ? "link" : "other";
}
