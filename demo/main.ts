import { Unreachable, startDemo, startProviderAlone } from "./demo.ts";
import { PortInUse } from "./http/server.ts";
import { HELP, readSettings } from "./settings.ts";
import type { DemoSettings } from "./settings.ts";

const say = (line: string): void => void process.stderr.write(`demo: ${line}\n`);

/** Exit codes: 0 stopped when asked, 2 the command or its surroundings are wrong, 1 the unexpected. */
async function main(): Promise<void> {
  const asked = readSettings(process.argv.slice(2), process.env);
  if (asked.kind === "help") {
    process.stdout.write(HELP);
  } else if (asked.kind === "problem") {
    say(asked.problem);
    process.exitCode = 2;
  } else {
    await serve(asked.settings);
  }
}

async function serve(settings: DemoSettings): Promise<void> {
  // First of all: whoever stops us while we start must not leave a half-started demo behind.
  const stop = stopRequest();
  const demo = await start(settings);
  if (demo === undefined) {
    process.exitCode = 2;
  } else {
    const { chatbot, provider } = demo;
    process.stdout.write(`${JSON.stringify({ ready: true, chatbot, provider })}\n`);
    say(
      chatbot === undefined
        ? `the simulated provider is at ${provider}; Ctrl-C ends it`
        : `the chatbot is at ${chatbot}, its simulated provider at ${provider}; Ctrl-C ends both`,
    );
    await stop;
    await demo.close();
  }
  // The channel to a parent would keep us alive.
  if (process.connected) process.disconnect();
}

interface Started {
  readonly chatbot?: string;
  readonly provider: string;
  close(): Promise<void>;
}

async function start(settings: DemoSettings): Promise<Started | undefined> {
  try {
    if (settings.part === "provider") {
      const provider = await startProviderAlone(settings, say);
      return { provider: provider.url, close: () => provider.close() };
    }
    const demo = await startDemo(settings, say);
    return { chatbot: demo.chatbotUrl, provider: demo.providerUrl, close: () => demo.close() };
  } catch (error) {
    if (error instanceof PortInUse) {
      say(
        `${error.message}: stop what uses it, or choose another by --chatbot-port or --provider-port (0: a free one).`,
      );
    } else if (error instanceof Unreachable) {
      say(error.message);
    } else {
      throw error;
    }
    return undefined;
  }
}

/** Resolves at SIGINT, SIGTERM, or when the parent that forked us is gone. */
function stopRequest(): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ["SIGINT", "SIGTERM", "disconnect"]) process.once(event, () => resolve());
  });
}

await main();
