import { defineConfig } from "vitest/config";
import { budgets } from "./plugins/budgets.js";
import { fontLicenses } from "./plugins/font_licenses.js";
import { importMap } from "./plugins/import_map.js";
import { verifyFile } from "./plugins/verify_file.js";

export default defineConfig({
  plugins: [fontLicenses(), verifyFile(), importMap(), budgets()],
  build: {
    target: "es2023",
    outDir: "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0, // The CSP allows no data: URLs.
    modulePreload: { polyfill: false }, // The polyfill is an inline script.
    cssTarget: ["chrome123", "firefox120", "safari17.5"], // The first with light-dark().
    rolldownOptions: {
      input: { index: "index.html", verify: "verify/index.html" },
      checks: { moduleLevelDirective: false }, // "use client" means nothing here.
    },
    license: { fileName: "licenses.txt" },
  },
  // The SDK's sources are beside this folder.
  server: {
    fs: { allow: [".."] },
    proxy: { "/api": "http://127.0.0.1:8410", "/log": "http://127.0.0.1:8410" },
  },
  test: {
    include: ["src/**/*_test.{ts,tsx}", "dev/**/*_test.mjs"],
    environment: "node",
    testTimeout: 30_000, // They compute, and a busy machine computes slowly.
  },
});
