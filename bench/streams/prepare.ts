import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Puts AIPerf (740 MB with what it needs) and a small tokenizer into `peers`, never into this clone. */
export function prepareAiperf(root: string, peers: string): void {
  const python = join(peers, "aiperf/bin/python");
  mkdirSync(peers, { recursive: true });
  if (!existsSync(join(peers, "aiperf/bin/aiperf"))) {
    must("python3", ["-m", "venv", join(peers, "aiperf")]);
    must(python, ["-m", "pip", "install", "--quiet", "--no-cache-dir", "aiperf==0.13.0"]);
  }
  // Where nothing can be fetched, AIPerf finds a tokenizer only in the layout of the hub's cache.
  const model = join(peers, "hub/models--local--tiny");
  const snapshot = join(model, "snapshots/main");
  if (existsSync(join(snapshot, "tokenizer.json"))) return;
  must(python, [join(root, "dist/bench/streams/make_tokenizer.py"), join(peers, "tokenizer")]);
  mkdirSync(join(model, "refs"), { recursive: true });
  writeFileSync(join(model, "refs/main"), "main");
  cpSync(join(peers, "tokenizer"), snapshot, { recursive: true });
  writeFileSync(join(snapshot, "config.json"), '{"model_type":"gpt2"}\n');
}

export function isPrepared(peers: string): boolean {
  return existsSync(join(peers, "aiperf/bin/aiperf")) && existsSync(join(peers, "hub/models--local--tiny/refs/main"));
}

function must(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, [...args], { stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0)
    throw new Error(`${command} ${args.join(" ")} failed: ${error?.message ?? `exit ${String(status)}`}`);
}
