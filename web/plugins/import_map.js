// Pins every script and style of the pages (security.md D-11).
//
// The entry's own integrity attribute does not reach chunks that are loaded later, and the server
// sends Integrity-Policy: a script without integrity is blocked. So each page carries an import map
// with the hash of every chunk. It is the only inline script; the server allows it by its hash.
//
// Works on the files as they were written: earlier hooks see code that is still going to change.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export function importMap() {
  return {
    name: "import-map",
    apply: "build",
    writeBundle: {
      order: "post",
      handler({ dir }, bundle) {
        const integrity = {};
        for (const { type, fileName } of Object.values(bundle)) {
          if (type === "chunk") integrity[`/${fileName}`] = digest(join(dir, fileName));
        }
        // The same map in every page, for the server's policy allows one.
        for (const name of ["index.html", "verify/index.html"]) {
          const page = join(dir, name);
          writeFileSync(page, withMap(readFileSync(page, "utf8"), sorted(integrity), dir));
        }
      },
    },
  };
}

function withMap(html, integrity, dir) {
  const pinned = html.replace(
    /<(?:script|link)\b[^>]*?(?:src|href)="(\/[^"]+\.(?:js|css))"[^>]*(?=>)/g,
    (tag, path) => `${tag} integrity="${digest(join(dir, path))}"`,
  );
  // Before the first module, or the browser ignores it.
  const map = `<script type="importmap">${JSON.stringify({ integrity })}</script>`;
  return pinned.replace(/\n(\s*)<script type="module"/, `\n$1${map}$&`);
}

function digest(file) {
  return `sha384-${createHash("sha384").update(readFileSync(file)).digest("base64")}`;
}

function sorted(object) {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}
