// The licences of the fonts in licenses.txt, behind those of the scripts. Vite finds what is
// imported, and a font is only named in a style; the OFL wants its text beside every copy of a font.

import { readFileSync } from "node:fs";
import { join } from "node:path";

export function fontLicenses() {
  let root;
  return {
    name: "font-licenses",
    apply: "build",
    configResolved(config) {
      root = config.root;
    },
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const licenses = bundle["licenses.txt"];
        if (!licenses) this.error("there is no licenses.txt to put those of the fonts into");
        licenses.source = `${String(licenses.source).trimEnd()}\n${fonts(root).join("")}`;
      },
    },
  };
}

function fonts(root) {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const names = Object.keys(dependencies).filter((name) => name.startsWith("@fontsource"));
  return names.map((name) => {
    const folder = join(root, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const text = readFileSync(join(folder, "LICENSE"), "utf8").trim();
    return `\n## ${name} - ${version} (${license})\n\n${text}\n`;
  });
}
