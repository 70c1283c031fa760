export { configText } from "./config-text.ts";
export type { ConfigDeps, ConfigFiles } from "./context.ts";
export { isLoopback, parseListen } from "./listen.ts";
export { configHash, loadConfig, parseConfig, type ConfigResult } from "./load.ts";
export { withOverrides, type OverrideResult, type Overrides } from "./overrides.ts";
export { formatDuration, parseDuration, type Quantity } from "./quantity.ts";
export { editorSchema } from "./schema.ts";
export { startFile, type StartFileOptions } from "./start-file.ts";
export { hint } from "./suggest.ts";
