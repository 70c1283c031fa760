/** Parts are measured one by one: where one fails, it is told, and what the others measure is kept all the same. */
export interface Attempts {
  /** Undefined: it failed. */
  measure<T>(part: string, work: () => Promise<T>): Promise<T | undefined>;
  /** Names of the parts that failed. */
  readonly failed: readonly string[];
}

export function createAttempts(tell: (line: string) => void): Attempts {
  const failed: string[] = [];
  return {
    failed,
    async measure(part, work) {
      try {
        return await work();
      } catch (error) {
        failed.push(part);
        tell(`${part} FAILED and is left out: ${error instanceof Error ? error.message : String(error)}`);
        return undefined;
      }
    },
  };
}
