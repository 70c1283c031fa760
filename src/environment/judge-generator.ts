import { formatCount, formatValue, type Finding } from "../model/index.ts";
import type { EnvironmentFacts } from "./facts.ts";
import { linkLocalOf, placeOf } from "./same-machine.ts";

const MOST_LATENCY_SECONDS = 0.001;
/** Of one stream two are held in this process: from the script to the probe, and from the probe to the target. */
const FILES_A_STREAM = 2;
/** Beside the connections of users: files, pipes, the connections to Prometheus and to the dashboard. */
const SPARE_FILES = 100;
/** Other load, as a share of this machine's CPU time: a little is always there. */
export const NOTED_LOAD = 0.1;
const MOST_LOAD = 0.3;
/** Clock sources that a program reads without asking the kernel, at a cost of nanoseconds. */
const FAST_CLOCKS = ["tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter", "xen"];

type Judge = (facts: EnvironmentFacts) => readonly Finding[];

export const judgeNetwork: Judge = ({ reach }) => {
  const finding = (result: Finding["result"], text: string): readonly Finding[] => [
    { check: "network_latency", result, text },
  ];
  const where = `${reach.host}:${String(reach.port)}`;
  const median = medianOf(reach.connectSeconds);
  if (median === undefined) {
    return finding(
      "note",
      `The network latency was not measured: no connection to ${where} (${reach.problem ?? "unknown"}).`,
    );
  }
  const measured = `${formatValue(median, "s")} (median of ${String(reach.connectSeconds.length)} TCP connections to ${where})`;
  return median < MOST_LATENCY_SECONDS
    ? finding("ok", `The network latency to the target is ${measured}.`)
    : finding("violation", `The network latency to the target is ${measured}: less than 1 ms is wanted.`);
};

/** The middle value; of an even number the lower of the two in the middle. */
export function medianOf(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}

export const judgeIsolation: Judge = (facts) => {
  const { reach, system, machine } = facts;
  const place = placeOf(facts);
  if (place === "same") {
    const text = `The load generator runs on the target's machine: they compete for its ${formatCount(machine.cores)} cores, and both measure it. Run it on a machine of its own.`;
    return [{ check: "isolation", result: "violation", text }];
  }
  if (reach.addresses.length === 0) {
    return [{ check: "isolation", result: "note", text: `The host ${reach.host} has no address that could be found.` }];
  }
  if (place === "unknown") {
    const why = system.isContainer
      ? "the load generator runs in a container, from which containers of its own machine and other machines look alike"
      : "its address is that of a container or virtual machine behind a bridge of this machine";
    const text = `Whether the target runs on another machine is not known: ${why}. A node_exporter of the target's machine tells.`;
    return [{ check: "isolation", result: "note", text }];
  }
  return [{ check: "isolation", result: "ok", text: "The target is reached over the network, on another machine." }];
};

export const judgeAddress: Judge = ({ reach }) => {
  const found = linkLocalOf(reach);
  if (found === undefined) return [];
  const text = `The target's host ${reach.host} leads to ${found}, which is no chatbot's: link-local and metadata addresses hand out credentials of the machine.`;
  return [{ check: "target_address", result: "violation", text }];
};

export const judgeFiles: Judge = ({ system: { fileLimit }, users, areStreamed }) => {
  const finding = (result: Finding["result"], text: string): readonly Finding[] => [
    { check: "file_limit", result, text },
  ];
  if (fileLimit === undefined) return finding("note", "How many files may be open is not known here.");
  const limit = fileLimit === Infinity ? "Any number of files" : `${formatCount(fileLimit)} files`;
  if (users === undefined)
    return finding("note", `${limit} may be open; how many users there will be, the script decides.`);
  const wanted = users * (areStreamed ? FILES_A_STREAM : 1) + SPARE_FILES;
  const where = areStreamed ? " in Chatbench's own process, which reads the streams" : "";
  if (fileLimit >= wanted)
    return finding("ok", `${limit} may be open${where}, enough for ${formatCount(users)} users.`);
  return finding(
    "violation",
    `Only ${formatCount(fileLimit)} files may be open${where}, and ${formatCount(users)} users need at least ${formatCount(wanted)}: raise the limit (\`ulimit -n\`).`,
  );
};

export const judgeQuota: Judge = ({ system: { cpuQuotaCores: quota }, machine }) => {
  const finding = (result: Finding["result"], text: string): readonly Finding[] => [
    { check: "cpu_quota", result, text },
  ];
  if (quota === undefined)
    return finding("note", "Whether the load generator's CPU time is limited is not known here.");
  if (quota === Infinity) return finding("ok", `The load generator may use all ${formatCount(machine.cores)} cores.`);
  const so = `The load generator's container or service may use ${String(Math.round(quota * 100) / 100)} cores' worth of CPU time`;
  return quota < 1
    ? finding("violation", `${so}: it will be held back when it should send. Give it at least one core.`)
    : finding("note", `${so}.`);
};

export const judgeClock: Judge = ({ system }) => {
  const { clockSource, clockSynchronised } = system;
  return [
    clockSource === undefined
      ? { check: "clock_source", result: "note", text: "The clock source is not known here." }
      : FAST_CLOCKS.includes(clockSource)
        ? { check: "clock_source", result: "ok", text: `The clock source is ${clockSource}.` }
        : {
            check: "clock_source",
            result: "note",
            text: `The clock source is ${clockSource}, which is slow to read: each time stamp costs about a microsecond.`,
          },
    clockSynchronised === true
      ? { check: "clock_synchronised", result: "ok", text: "The time of day is kept by a time service." }
      : {
          check: "clock_synchronised",
          result: "note",
          text:
            clockSynchronised === false
              ? "No time service keeps the time of day: it may drift, and step when somebody sets it."
              : "Whether a time service keeps the time of day is not known here.",
        },
  ];
};

export const judgeGovernor: Judge = ({ system: { cpuGovernors: governors } }) => {
  const finding = (result: Finding["result"], text: string): readonly Finding[] => [
    { check: "cpu_governor", result, text },
  ];
  if (governors.length === 0) return finding("note", "No CPU governor is seen here, as usual in a virtual machine.");
  if (governors.every((governor) => governor === "performance"))
    return finding("ok", "The CPU governor is performance.");
  const text = `The CPU governor is ${governors.join(", ")}: the clock rate follows the load, and with it what is measured. Choose performance.`;
  return finding("note", text);
};

export const judgeOtherLoad: Judge = ({ load }) => {
  const finding = (result: Finding["result"], text: string): readonly Finding[] => [
    { check: "other_load", result, text },
  ];
  if (load === undefined) return finding("note", "How busy this machine is was not measured.");
  const stolen = load.stolen >= 0.01 ? `, ${formatValue(load.stolen, "ratio")} of it by other virtual machines` : "";
  const so = `Before the load, ${formatValue(load.busy, "ratio")} of this machine's CPU time was used${stolen}`;
  if (load.busy < NOTED_LOAD) return finding("ok", `${so}.`);
  return load.busy < MOST_LOAD
    ? finding("note", `${so}: something else is at work on it.`)
    : finding("violation", `${so}: something else is at work on it, and will be measured too. Stop it.`);
};
