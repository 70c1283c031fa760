import { storeContract } from "../support/store-contract.ts";
import { embeddedSource, postgresSource } from "../support/store-sources.ts";

storeContract("PostgreSQL", postgresSource);
storeContract("embedded PGlite", embeddedSource);
