// The house rules that a machine can hold. Sizes: docs/decisions; the platform fence: docs/architecture.md.
import tseslint from "typescript-eslint";
import vitest from "@vitest/eslint-plugin";

const MACHINE_MODULES = [
  "fs",
  "fs/promises",
  "child_process",
  "os",
  "net",
  "http",
  "https",
  "dns",
  "dns/promises",
  "worker_threads",
  "readline",
  "timers",
  "timers/promises",
  "perf_hooks",
];
const MACHINE_GLOBALS = ["process", "setTimeout", "setInterval", "setImmediate", "console", "performance"];

const SYNTAX = [
  { selector: "ExportDefaultDeclaration", message: "Name what you export: no default exports." },
  { selector: "TSEnumDeclaration", message: "Use a union of string literals instead of an enum." },
];
const NO_MODULE_STATE = {
  selector: "Program > VariableDeclaration[kind='let']",
  message: "No mutable state in a module: pass it in.",
};

const sizes = {
  "max-lines": ["error", { max: 300 }],
  "max-lines-per-function": ["error", { max: 40, skipBlankLines: true, skipComments: true }],
  "max-params": ["error", 3],
};

export default tseslint.config(
  { ignores: ["dist/", ".tools/", "results/", "node_modules/", "test/fixtures/**", "coverage/"] },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...sizes,
      "no-var": "error",
      "prefer-const": "error",
      "preserve-caught-error": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/consistent-type-definitions": ["error", "interface"],
      "no-restricted-syntax": ["error", ...SYNTAX, NO_MODULE_STATE],
    },
  },
  {
    // The fence: whatever touches the machine goes through src/platform, so that the rest can be tested without one.
    files: ["src/**/*.ts"],
    // These files run inside k6, where there is no machine to fence off.
    ignores: [
      "src/platform/**",
      "src/main.ts",
      "src/engine/k6/{runtime,user,pacing,timing,answers}.ts",
      "**/*.test.ts",
    ],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          paths: MACHINE_MODULES.flatMap((name) => [name, `node:${name}`]).map((name) => ({
            name,
            message: "Only src/platform touches the machine.",
          })),
        },
      ],
      "no-restricted-globals": [
        "error",
        ...MACHINE_GLOBALS.map((name) => ({ name, message: "Only src/platform touches the machine." })),
      ],
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: "Take the Clock that was passed in." },
        { object: "Math", property: "random", message: "Take randomness from platform/ids.ts." },
      ],
    },
  },
  {
    files: ["**/*.test.ts", "test/**/*.ts"],
    plugins: { vitest },
    rules: {
      ...vitest.configs.recommended.rules,
      "vitest/no-focused-tests": "error",
      "vitest/no-disabled-tests": "error",
      "vitest/expect-expect": "off",
      "vitest/valid-title": "off",
      "no-restricted-syntax": ["error", ...SYNTAX],
      "max-lines-per-function": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
  { files: ["load_tests/**/*.ts", "vitest*.config.ts"], rules: { "no-restricted-syntax": "off" } },
  { files: ["**/*.mjs"], rules: { ...sizes } },
);
