import type { Scenario, Target } from "./scenario.ts";
import type { Secret } from "./secret.ts";

/** A whole, checked configuration; frozen. */
export interface Config {
  /** Absolute path of the file it came from. */
  readonly file: string;
  readonly targets: Readonly<Record<string, Target>>;
  readonly scenarios: Readonly<Record<string, Scenario>>;
  /** Folder that scenario scripts must lie in: absolute. */
  readonly scripts: string;
  readonly results: {
    /** Absolute. */
    readonly folder: string;
    readonly keepRuns: number;
    readonly keepDays: number;
  };
  /** Absent: the local stack's, if one runs. */
  readonly prometheus?: { readonly url: string };
  readonly server: {
    /** Host (an address or a name) and port that the daemon listens on; port 0: a free one. */
    readonly listen: { readonly host: string; readonly port: number };
    /** Users and TLS in exporter-toolkit's format: absolute path. */
    readonly webConfigFile?: string;
    /** What changes anything wants this in `Authorization: Bearer`; absent: drawn at each start, kept in results/.daemon.json. */
    readonly token?: Secret;
    /** Host names by which people reach the daemon, besides loopback, the listen host and links.chatbench. */
    readonly allowedHosts: readonly string[];
  };
  /** Absent: DATABASE_URL, else the embedded database in the results folder. */
  readonly database?: { readonly url: Secret };
  readonly queue: {
    /** Most runs at work at the same time, on different targets. */
    readonly concurrentRuns: number;
    /** Most runs waiting. */
    readonly length: number;
  };
  readonly links: { readonly chatbench?: string; readonly grafana?: string; readonly runbooks?: string };
}

/** One thing wrong with a configuration file: what, where and what to do. */
export interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: "error" | "warning";
  readonly message: string;
}

/** `file:line:column: message`, the form that editors and terminals make clickable. */
export function formatDiagnostic(d: Diagnostic): string {
  return `${d.file}:${String(d.line)}:${String(d.column)}: ${d.severity}: ${d.message}`;
}
