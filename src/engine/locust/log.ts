const MAX_ERROR = 500;
/** The last line of a Python traceback, `SomeError: why`, and Locust's own errors. */
const EXCEPTION = /^[A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt|Warning)(?::|$)/;
const LOGGED = /^(?:ERROR|CRITICAL) [\w.]+: (.+)$/;

/** What can be learned from Locust's log while it runs. */
export interface LocustLog {
  read(line: string): void;
  /** The last error, in one line. */
  lastError(): string | undefined;
}

export function createLocustLog(): LocustLog {
  let last: string | undefined;
  return {
    lastError: () => last,
    read(line) {
      const text = LOGGED.exec(line)?.[1] ?? (EXCEPTION.test(line) ? line : undefined);
      if (text !== undefined && !text.startsWith("Warning")) last = text.trim().slice(0, MAX_ERROR);
    },
  };
}
