import { answer, startServer, type TestServer } from "./server.ts";

/** Delay in milliseconds before the answer to the request with this index, `sinceMs` after the first one. */
export type Delay = (index: number, sinceMs: number) => number;

/** A server that answers after exactly the delay it was told; its own time comes on top, below a few milliseconds. */
export async function delayedServer(delay: Delay): Promise<TestServer & { readonly delays: readonly number[] }> {
  const delays: number[] = [];
  let first: number | undefined;
  const server = await startServer((request, response) => {
    first ??= request.at;
    const delayMs = delay(request.index, request.at - first);
    delays[request.index] = delayMs;
    answer({ delayMs })(request, response);
  });
  return { ...server, delays };
}

/** Low-discrepancy numbers in 0..1: any stretch of them is spread evenly, so quantiles come out near their formula. */
export function even(index: number): number {
  return (index * 0.6180339887498949) % 1;
}
