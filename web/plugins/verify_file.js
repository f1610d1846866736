// The page at /verify as one file that can be kept, mailed and opened from a disk: dist/verify.html.
//
// It is made from the same sources in the same build. Script, styles and fonts stand in the file,
// its own policy allows exactly these by their hashes and nothing else, and above all no connection.
// The page that the server hands out learns the file's SHA-256 from a meta tag.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { fontLicenses } from "./font_licenses.js";

const page = "verify/index.html";

export function verifyFile() {
  let config;
  return {
    name: "verify-file",
    apply: "build",
    configResolved(resolved) {
      config = resolved;
    },
    // Before the import map is written, which has to be over the page as it will be served.
    writeBundle: {
      sequential: true,
      async handler({ dir }) {
        const file = await oneFile(config);
        writeFileSync(join(dir, "verify.html"), file);
        const hash = createHash("sha256").update(file).digest("hex");
        const tag = `<meta name="lp-verify-file" content="${hash}" />`;
        const html = readFileSync(join(dir, page), "utf8");
        writeFileSync(join(dir, page), html.replace("</title>", `</title>\n    ${tag}`));
        process.stdout.write(`verify.html: ${(file.length / 1000).toFixed(1)} KB, ${hash}\n`);
      },
    },
  };
}

async function oneFile({ root, build: { target, cssTarget } }) {
  const { output } = await build({
    configFile: false,
    root,
    logLevel: "error",
    plugins: [fontLicenses()],
    build: {
      target,
      cssTarget,
      write: false,
      assetsInlineLimit: Number.MAX_SAFE_INTEGER, // fonts as data: URLs
      modulePreload: { polyfill: false },
      license: { fileName: "licenses.txt" },
      rolldownOptions: {
        input: join(root, "src/verify.tsx"),
        output: { inlineDynamicImports: true },
        checks: { moduleLevelDirective: false },
      },
    },
  });
  const named = (suffix) => output.filter(({ fileName }) => fileName.endsWith(suffix));
  const [script, ...scripts] = named(".js");
  const [style, ...styles] = named(".css");
  const [licenses] = named("licenses.txt");
  if (scripts.length + styles.length > 0 || output.length !== 3 || !licenses) {
    throw new Error(`not a script, a style and licenses: ${output.map((file) => file.fileName)}`);
  }
  const template = readFileSync(join(root, page), "utf8");
  return composed(template, script.code, String(style.source), String(licenses.source));
}

function composed(template, code, css, licenses) {
  // Nothing in a script may end it, and `<!--` would change how the browser reads it.
  const script = code.replace(/<(?=\/script|!--)/gi, "\\x3c");
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(css)}`,
    "font-src data:",
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
  const replaced = template
    .replace(/content="connect-src 'none'"/, () => `content="${policy}"`)
    .replace(/\s*<link rel="icon"[^>]*>/, "")
    .replace(/\s*<script type="module"[^>]*><\/script>/, () => `\n    <style>${css}</style>`)
    // Behind the element that it draws into; a module script would wait for it anyway.
    .replace("</noscript>", () => `</noscript>\n    <script type="module">${script}</script>`)
    .concat(`<!--\n${licenses.replaceAll("--", "- -")}\n-->\n`);
  if (!replaced.includes(policy)) throw new Error("the policy of verify/index.html has moved");
  return replaced;
}

function hashOf(text) {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
