// The arrows of docs/architecture.md: who may import whom, each with its reason. tools/arrows.mjs also makes sure that
// every module was seen.

const PURE = ["workload", "schedule", "plan", "judge", "cost"];
const EDGES = ["engine", "probe", "collect", "environment", "record", "store", "report", "exporter", "http", "stack"];
const TESTS = "\\.test\\.ts$|^test/";

const room = (...names) => `^src/(?:${names.join("|")})/`;
/** Everything below src but the named rooms. */
const allBut = (...names) => `^src/(?!(?:${names.join("|")})/)`;
const forbid = (name, comment, from, to) => ({
  name,
  severity: "error",
  comment,
  from: { pathNot: TESTS, ...from },
  to,
});

/** A pure room may use the model and, for `plan`, what it decides with. */
const pureRules = PURE.map((name) => {
  const allowed = name === "plan" ? ["model", "plan", "judge", "cost"] : ["model", name];
  return forbid(
    `${name}-is-pure`,
    `${name} decides from values alone, so it can be tested with values and replayed from a record.`,
    { path: room(name) },
    { path: allBut(...allowed) },
  );
});

/** http shows what report and exporter write; no other edge knows a second one. */
const edgeRules = EDGES.map((name) => {
  const neighbours = name === "http" ? ["report", "exporter"] : [];
  const forbidden = [...EDGES.filter((edge) => edge !== name && !neighbours.includes(edge)), "run", "config", "cli"];
  return forbid(
    `${name}-knows-no-other-edge`,
    `Any edge can be replaced or tested alone only while it knows no other; they meet in main.`,
    { path: room(name) },
    { path: `${room(...forbidden)}|^src/main\\.ts$` },
  );
});

module.exports = {
  forbidden: [
    {
      name: "no-circular",
      severity: "error",
      comment: "In a circle nothing can be understood, tested or changed alone, and start order becomes chance.",
      from: {},
      to: { circular: true },
    },
    forbid(
      "model-imports-nothing",
      "The words and laws are shared by all rooms; what they import, every room imports.",
      { path: room("model") },
      { pathNot: room("model") },
    ),
    forbid(
      "platform-knows-only-the-model",
      "The ground carries the rooms and knows none of them.",
      { path: room("platform") },
      { path: allBut("platform", "model") },
    ),
    ...pureRules,
    forbid(
      "pure-rooms-use-no-package-that-touches-the-machine",
      "A pure room that reads a clock, a file or the network is not pure.",
      { path: room("model", ...PURE) },
      { dependencyTypes: ["core"] },
    ),
    forbid(
      "config-knows-no-room-beside-it",
      "Configuration is read before anything exists that it could know.",
      { path: room("config") },
      { path: `${allBut("config", "model", "platform", ...PURE)}` },
    ),
    forbid(
      "run-knows-only-ports",
      "The story is told with the ports of the model: engine, records and reader come in from main.",
      { path: room("run") },
      { path: allBut("run", "model", ...PURE) },
    ),
    ...edgeRules,
    forbid(
      "only-main-imports-the-commands",
      "main is the only composition root; a room that calls a command has its arrows upside down.",
      { path: "^src/", pathNot: `${room("cli")}|^src/main\\.ts$|${TESTS}` },
      { path: `${room("cli")}|^src/main\\.ts$` },
    ),
    forbid(
      "pg-only-in-store-and-collect",
      "One place writes SQL, one reads the target's database; elsewhere SQL would spread.",
      { path: "^src/", pathNot: `${room("store", "collect")}|${TESTS}` },
      { path: "(?:^|/)node_modules/(?:@types/)?pg/" },
    ),
    forbid(
      "express-only-in-http",
      "Routes live in one room, so that authentication and limits cannot be passed by.",
      { path: "^src/", pathNot: `${room("http")}|${TESTS}` },
      { path: "(?:^|/)node_modules/(?:@types/)?express/" },
    ),
    forbid(
      "demo-knows-nothing-of-src",
      "The reference chatbot stands for a stranger's: it may share nothing with what measures it.",
      { path: "^demo/" },
      { path: "^(?:src|bench|generate)/" },
    ),
    forbid(
      "src-knows-nothing-of-demo",
      "Chatbench must not know the chatbot that it measures.",
      { path: "^src/" },
      { path: "^demo/" },
    ),
    forbid(
      "load-tests-stand-alone",
      "They run inside k6 and by plain `k6 run`: k6 can load nothing of src.",
      { path: "^load_tests/" },
      { path: "^(?:src|demo|bench|generate|test)/|node_modules/(?!@types/k6/)" },
    ),
    forbid(
      "product-imports-no-development-code",
      "generate and bench are for developing; what is delivered must run without them.",
      { path: "^(?:src|demo|load_tests)/" },
      { path: "^(?:generate|bench|tools)/" },
    ),
    forbid(
      "product-imports-no-development-package",
      "npm ci --omit=dev must leave a program that starts.",
      { path: "^(?:src|demo)/" },
      { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"], pathNot: "node_modules/@types/" },
    ),
    forbid(
      "no-import-of-tests",
      "A test is run, never built on; shared helpers of tests live in test/support.",
      {},
      { path: TESTS },
    ),
    {
      name: "no-orphans",
      severity: "error",
      comment: "A module that nothing imports and that imports nothing is dead, or its caller was forgotten.",
      from: {
        orphan: true,
        pathNot: [
          TESTS,
          "\\.d\\.ts$",
          "^src/main\\.ts$",
          "^demo/main\\.ts$",
          "^(?:bench|generate)/[^/]+\\.ts$",
          "^bench/streams/main\\.ts$",
          "^generate/preview/draw\\.js$", // read as text: it runs in the page
          "^load_tests/",
        ],
      },
      to: {},
    },
    {
      name: "resolvable",
      severity: "error",
      comment: "An import that leads nowhere hides an arrow from every other rule.",
      from: {},
      to: { couldNotResolve: true, pathNot: "^k6(?:/|$)" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
