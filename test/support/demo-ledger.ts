import { expect } from "vitest";

/** Waits until the provider has stopped writing its first stream although that goes on: somebody reads no further. */
export async function expectHalt({ providerUrl }: { readonly providerUrl: string }): Promise<void> {
  const counts: number[] = [];
  const halted = async (): Promise<boolean> => {
    counts.push(await writtenTo(providerUrl));
    return counts.length > 4 && counts.at(-1) === counts.at(-4);
  };
  await expect.poll(halted, { timeout: 20_000, interval: 100 }).toBe(true);
}

async function writtenTo(providerUrl: string): Promise<number> {
  const answer = await fetch(`${providerUrl}/v1/ledger/chatcmpl-0`);
  const { chunks, more_chunks } = (await answer.json()) as { chunks: unknown[]; more_chunks: number };
  return chunks.length + more_chunks;
}
