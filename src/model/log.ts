/** Further facts of an event: data for machines, never a secret. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** What the daemon says of its own work, one event a line, in the past tense. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
