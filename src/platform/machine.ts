import { arch, availableParallelism, cpus, hostname, release, totalmem, type } from "node:os";

/** Where people and programs read what we print. */
export interface Output {
  /** Text as it is, line ends included. */
  write(text: string): void;
  readonly isTerminal: boolean;
  readonly columns: number;
}

/** What a command may know of the machine it runs on: passed in, so that a test can run commands in its own process. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly pid: number;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Hears Ctrl-C (SIGINT) and SIGTERM until the returned function is called; while heard, they end nothing by themselves. */
  onStop(listener: (signal: "SIGINT" | "SIGTERM") => void): () => void;
  /** Hears SIGHUP until the returned function is called. */
  onHangup(listener: () => void): () => void;
  /** Hears what nobody caught, once, until the returned function is called; the process is then to end. */
  onCrash(listener: (error: unknown) => void): () => void;
  /** Ends the process now. */
  exit(code: number): never;
}

/** Facts of the machine for the record. */
export interface MachineFacts {
  readonly host: string;
  readonly system: string;
  readonly architecture: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
}

export function machineFacts(): MachineFacts {
  return {
    host: hostname(),
    system: `${type()} ${release()}`,
    architecture: arch(),
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    node: process.version,
  };
}

const ENDINGS = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const;

/**
 * Who once listened is nearly done when it does so no more: a second Ctrl-C in that moment ends this process with its
 * usual exit code, not as one that a signal killed.
 */
function endBySignal(): void {
  for (const [signal, code] of ENDINGS) {
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(code);
    });
  }
}

export function realMachine(): Machine {
  const ending = { begun: false };
  return {
    env: process.env,
    cwd: process.cwd(),
    pid: process.pid,
    stdout: outputTo(process.stdout),
    stderr: outputTo(process.stderr),
    onStop(listener) {
      process.on("SIGINT", listener);
      process.on("SIGTERM", listener);
      // A parent that started us with a channel and died takes us with it.
      const orphaned = (): void => listener("SIGTERM");
      process.on("disconnect", orphaned);
      // Not undefined (no channel), but false: it broke before anybody listened.
      if ((process as { connected?: boolean }).connected === false) queueMicrotask(orphaned);
      return () => {
        // First: without any listener there is a moment in which the signal kills.
        if (!ending.begun) endBySignal();
        ending.begun = true;
        process.off("disconnect", orphaned);
        process.off("SIGINT", listener);
        process.off("SIGTERM", listener);
      };
    },
    onHangup(listener) {
      process.on("SIGHUP", listener);
      return () => void process.off("SIGHUP", listener);
    },
    onCrash(listener) {
      process.once("uncaughtException", listener).once("unhandledRejection", listener);
      return () => void process.off("uncaughtException", listener).off("unhandledRejection", listener);
    },
    exit: (code) => process.exit(code),
  };
}

function outputTo(stream: NodeJS.WriteStream): Output {
  // The reader may go first (`chatbench runs | head`): what we print then is for nobody, and no failure of ours.
  stream.on("error", () => undefined);
  return {
    write: (text) => void stream.write(text),
    get isTerminal() {
      return stream.isTTY;
    },
    get columns() {
      return stream.isTTY ? stream.columns : 100;
    },
  };
}
