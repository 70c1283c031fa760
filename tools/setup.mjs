// Makes a fresh clone able to run: packages, dist, k6, Prometheus and the parts beside it. Says nothing and takes a moment when all is there.
//   node tools/setup.mjs            what `npm start` needs
//   node tools/setup.mjs --build    packages and dist only
//   node tools/setup.mjs --test     also what the tests need
//   node tools/setup.mjs --locust   Locust only (otherwise it is made where chatbench.yml has a scenario for it)
import { buildMissing, build } from "./setup/build.mjs";
import { buildK6, findK6 } from "./setup/k6.mjs";
import { withLock } from "./setup/lock.mjs";
import { locustMissing, locustWanted, makeLocust, tryLocust } from "./setup/locust.mjs";
import { SetupError, TOOLS, atLeast, say, versionIn } from "./setup/machine.mjs";
import { installPackages, packagesMissing } from "./setup/packages.mjs";
import { stackMissing, unpackStack } from "./setup/prometheus.mjs";
import { installTestParts, missingTestParts } from "./setup/test-parts.mjs";

const FLAGS = ["--build", "--test", "--locust"];

const STEPS = {
  packages: { needed: packagesMissing, fill: installPackages },
  build: { needed: buildMissing, fill: build },
  k6: { needed: async () => (await findK6()) === undefined, fill: buildK6 },
  stack: { needed: stackMissing, fill: unpackStack },
  locust: { needed: locustMissing, fill: makeLocust },
  locustIfItCan: { needed: () => locustWanted() && locustMissing(), fill: tryLocust },
  tests: { needed: () => missingTestParts().length > 0, fill: () => installTestParts(missingTestParts()) },
};

/** Chains that do not need each other run side by side; steps of a chain run one after the other. */
function chainsFor(flags) {
  const sources = ["packages", "build"];
  if (flags.includes("--build")) return [sources];
  if (flags.includes("--locust")) return [["locust"]];
  const forTests = flags.includes("--test");
  return [sources, ["k6"], ["stack", ...(forTests ? ["tests"] : [])], [forTests ? "locust" : "locustIfItCan"]];
}

async function setUp(flags) {
  checkNode();
  const chains = chainsFor(flags);
  if (!(await anyNeeded(chains.flat()))) return;
  await withLock(TOOLS, async () => {
    const done = await Promise.all(chains.map((chain) => fillChain(chain).then(() => true, tellFailure)));
    if (done.includes(false)) process.exitCode = 1;
  });
}

/** Told at once; the other chains go on, so that the next set-up has less to do. */
function tellFailure(error) {
  if (!(error instanceof SetupError)) throw error;
  say("failed", error.message);
  return false;
}

async function anyNeeded(names) {
  for (const name of names) if (await STEPS[name].needed()) return true;
  return false;
}

/** Asks again before each step: another set-up may have done it while this one waited for the lock. */
async function fillChain(names) {
  for (const name of names) if (await STEPS[name].needed()) await STEPS[name].fill();
}

function checkNode() {
  if (!atLeast(versionIn(process.version), [20, 19]))
    throw new SetupError(`Node ${process.version} is too old: Chatbench needs Node 20.19 or newer.`);
}

const flags = process.argv.slice(2);
const unknown = flags.find((flag) => !FLAGS.includes(flag));
process.on("SIGINT", () => process.exit(130)); // so that the lock is given back; the children get the signal too
process.on("SIGTERM", () => process.exit(143));
try {
  if (unknown !== undefined) throw new SetupError(`Unknown option ${unknown}; there are ${FLAGS.join(", ")}.`);
  await setUp(flags);
} catch (error) {
  tellFailure(error);
  process.exitCode = 1;
}
