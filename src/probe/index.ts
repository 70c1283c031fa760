export { createProbes, threadsFor, type ProbesDeps } from "./probes.ts";
export { withProbes } from "./with-probes.ts";
