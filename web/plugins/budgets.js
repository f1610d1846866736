// Fails the build when the dashboard outgrows its budgets. Sizes are brotli at quality 11, as the
// server sends them; 1 KB = 1,000 bytes.

import { brotliCompressSync, constants } from "node:zlib";

const kilobyte = 1000;
const firstRouteMax = 210 * kilobyte;
const verifyMax = 110 * kilobyte;
const editorMax = 110 * kilobyte;
const stylesMax = 15 * kilobyte;
const folderMax = 2000 * kilobyte;

export function budgets() {
  return {
    name: "budgets",
    apply: "build",
    writeBundle(_options, bundle) {
      const files = Object.values(bundle);
      const size = new Map(files.map((file) => [file.fileName, compressed(file)]));
      const sum = (names) => [...names].reduce((total, name) => total + (size.get(name) ?? 0), 0);
      const chunk = (name) => {
        const found = files.filter((file) => file.name === name).map((file) => file.fileName);
        if (found.length === 0) throw new Error(`the chunk ${name} is not on its own any more`);
        return found;
      };
      const styles = (entry) =>
        [...firstRoute(files, entry)].flatMap((name) => [
          ...(files.find((file) => file.fileName === name)?.viteMetadata?.importedCss ?? []),
        ]);
      process.stdout.write(
        check("first route, JavaScript", sum(firstRoute(files, "index")), firstRouteMax) +
          check("verify, JavaScript", sum(firstRoute(files, "verify")), verifyMax) +
          check("editor", sum(chunk("json_editor")), editorMax) +
          check("styles", sum(styles("index")), stylesMax) +
          check("verify, styles", sum(styles("verify")), stylesMax) +
          check("whole folder", sum(size.keys()), folderMax),
      );
    },
  };
}

// The entry and everything it imports without being asked.
function firstRoute(files, entry) {
  const chunks = new Map(files.filter((f) => f.type === "chunk").map((f) => [f.fileName, f]));
  const reached = new Set();
  const isFirst = (chunk) => chunk.isEntry && chunk.name === entry;
  const queue = [...chunks.values()].filter(isFirst).map((chunk) => chunk.fileName);
  if (queue.length === 0) throw new Error(`there is no entry ${entry} any more`);
  for (const name of queue) {
    if (reached.has(name)) continue;
    reached.add(name);
    queue.push(...(chunks.get(name)?.imports ?? []));
  }
  return reached;
}

function compressed(file) {
  const content = Buffer.from(file.type === "chunk" ? file.code : file.source);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
  return brotliCompressSync(content, { params }).length;
}

function check(what, bytes, max) {
  const line = `${what}: ${(bytes / kilobyte).toFixed(1)} of ${max / kilobyte} KB brotli\n`;
  if (bytes > max) throw new Error(`over budget: ${line}`);
  return line;
}
