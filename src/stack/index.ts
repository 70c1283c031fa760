export { PART_NAMES, titleOfPart } from "./beside.ts";
export { placeConfiguration, type PartName, type Placement } from "./configuration.ts";
export { findPrometheus, startPrometheus, type PrometheusSpec, type RunningPrometheus } from "./prometheus.ts";
export { stackDown, stackStatus, stackUp, type StackDeps, type StackEnd, type StackWatch } from "./stack.ts";
export { runningStack, type Stack } from "./state.ts";
export { placeRules, type RuleLinks } from "./rules.ts";
export { writeDashboards, writeRules, type RuleFolders } from "./write-rules.ts";
