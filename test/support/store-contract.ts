import { afterAll, beforeAll, describe } from "vitest";
import type { RunStore } from "../../src/model/index.ts";
import { queueContract } from "./store-contract-queue.ts";
import { recordsContract } from "./store-contract-records.ts";
import { slotsContract } from "./store-contract-slots.ts";

/** A kind of store that can be had empty as often as a test wants. */
export interface StoreSource {
  /** A store in which nothing is. */
  fresh(): Promise<RunStore>;
  close(): Promise<void>;
}

/** What every store must do, whatever it keeps its rows in. */
export function storeContract(name: string, open: () => Promise<StoreSource>): void {
  describe(name, () => {
    const opened: StoreSource[] = [];
    beforeAll(async () => {
      opened.push(await open());
    });
    afterAll(async () => {
      for (const source of opened) await source.close();
    });
    const fresh = async (): Promise<RunStore> => {
      const [source] = opened;
      if (source === undefined) throw new Error("the store was not opened");
      return await source.fresh();
    };
    describe("queue", () => {
      queueContract(fresh);
    });
    describe("slots", () => {
      slotsContract(fresh);
    });
    describe("records", () => {
      recordsContract(fresh);
    });
  });
}
