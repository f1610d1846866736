// Pins every script of the page (security.md D-11).
//
// The entry's own integrity attribute does not reach chunks that are loaded later, and the server
// sends Integrity-Policy: a script without integrity is blocked. So the page carries an import map
// with the hash of every chunk. It is the only inline script; the server allows it by its hash.

import { createHash } from "node:crypto";

export function importMap() {
  return {
    name: "import-map",
    apply: "build",
    enforce: "post",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle }) {
        if (!bundle) return html;
        const integrity = {};
        for (const file of Object.values(bundle)) {
          if (file.type === "chunk") integrity[`/${file.fileName}`] = digest(file.code);
        }
        const map = JSON.stringify({ integrity: sorted(integrity) });
        const pinned = html.replace(
          /<(script|link)\b[^>]*?(?:src|href)="(\/[^"]+\.(?:js|css))"[^>]*>/g,
          (tag, _name, path) => {
            const file = bundle[path.slice(1)];
            if (!file) return tag;
            const content = file.type === "chunk" ? file.code : file.source;
            return tag.replace(/\s*>$/, ` integrity="${digest(content)}">`);
          },
        );
        // Before the first module, or the browser ignores it.
        return pinned.replace(
          /(\n\s*)(<script type="module")/,
          `$1<script type="importmap">${map}</script>$1$2`,
        );
      },
    },
  };
}

function digest(content) {
  return `sha384-${createHash("sha384").update(content).digest("base64")}`;
}

function sorted(object) {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}
