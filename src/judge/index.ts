export * from "./exit-code.ts";
export * from "./measure.ts";
export * from "./objectives.ts";
export * from "./settle.ts";
export * from "./uptime.ts";
export * from "./verdict.ts";
