// Debian's Alertmanager reads its default template from a fixed folder of the system, where an unpacked package has
// nothing; nothing else in it depends on where it lies. The unpacked copy looks below its own folder.
import { chmodSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FIXED = "/usr/share/prometheus/alertmanager";
/** Relative to where the program is started, and exactly as long: Go keeps the length elsewhere. */
const RELATIVE = "usr//share/prometheus/alertmanager";

/** Started below its own folder: paths in its arguments must be absolute. */
const START = `#!/bin/sh
cd "$(dirname "$(readlink -f "$0")")/../.." && exec "usr/bin/$(basename "$0").unpacked" "$@"
`;

/** `folder`: what the package holds, with usr below it. A program without the fixed folder stays as it is. */
export function relocateAlertmanager(folder) {
  const path = join(folder, "usr/bin/prometheus-alertmanager");
  const program = readFileSync(path);
  if (!program.includes(FIXED)) return;
  for (let at = program.indexOf(FIXED); at >= 0; at = program.indexOf(FIXED, at)) program.write(RELATIVE, at, "latin1");
  writeFileSync(path, program);
  renameSync(path, `${path}.unpacked`);
  writeFileSync(path, START);
  chmodSync(path, 0o755);
}
