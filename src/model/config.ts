import type { Scenario, Target } from "./scenario.ts";

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
