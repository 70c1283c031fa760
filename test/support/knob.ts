/** Reference chatbots that a test makes worse and better again: the same address, other flags. */
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { stopChild } from "./children.ts";
import { buildDemo, runDemo, type DemoProcess } from "./demo.ts";

export interface KnobChatbot {
  readonly url: string;
  /** Starts it anew at its address with these flags. */
  turn(flags: readonly string[]): Promise<void>;
  /** Takes it away: its address refuses connections. */
  stop(): Promise<void>;
}

export interface KnobChatbots {
  start(flags: readonly string[]): Promise<KnobChatbot>;
  /** Ends all of them and removes what was built for them. */
  close(): Promise<void>;
}

export async function knobChatbots(): Promise<KnobChatbots> {
  const program = await buildDemo();
  const all: KnobChatbot[] = [];
  return {
    async start(flags) {
      const chatbot = await startOne(program, flags);
      all.push(chatbot);
      return chatbot;
    },
    async close() {
      await Promise.all(all.map((chatbot) => chatbot.stop()));
      await rm(dirname(dirname(program)), { recursive: true, force: true });
    },
  };
}

async function startOne(program: string, flags: readonly string[]): Promise<KnobChatbot> {
  const first = await started(runDemo(program, flags));
  const port = new URL(first.url).port;
  const state: { demo: DemoProcess | undefined } = { demo: first.demo };
  const stop = async (): Promise<void> => {
    if (state.demo !== undefined) await stopChild(state.demo.child);
    state.demo = undefined;
  };
  return {
    url: first.url,
    async turn(others) {
      await stop();
      state.demo = (await started(runDemo(program, [...others, "--chatbot-port", port]))).demo;
    },
    stop,
  };
}

async function started(demo: DemoProcess): Promise<{ readonly demo: DemoProcess; readonly url: string }> {
  const ready = await demo.ready;
  if (ready === undefined) throw new Error(`the reference chatbot did not start: ${(await demo.ended).stderr}`);
  return { demo, url: ready.chatbot };
}
