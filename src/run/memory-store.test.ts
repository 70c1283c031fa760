import { createMemoryStore } from "../../test/support/memory-store.ts";
import { storeContract } from "../../test/support/store-contract.ts";

// Tests of this room stand on the memory store: it must do what the real ones do.
storeContract("the store in memory", () =>
  Promise.resolve({
    fresh: () => Promise.resolve(createMemoryStore(() => Date.now())),
    close: () => Promise.resolve(),
  }),
);
