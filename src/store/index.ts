export { openEmbeddedStore, type EmbeddedStore } from "./embedded.ts";
export { MIGRATIONS, type Migration } from "./migrations.ts";
export { openStore, type OpenStore, type StoreOptions, type StoreState } from "./open.ts";
