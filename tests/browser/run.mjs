// Runs every *_test.mjs of this folder, one test after another: two browsers at once on a small
// machine measure each other. The last line counts.

import { readdirSync } from "node:fs";
import { closeBrowser, registered } from "./harness.mjs";

const words = process.argv.slice(2);
const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith("_test.mjs"));
for (const file of files.sort()) await import(`./${file}`);

const limitMs = 90_000;
const count = { passed: 0, failed: 0, skipped: 0 };
for (const { name, run } of registered) {
  if (words.length > 0 && !words.some((word) => name.includes(word))) {
    count.skipped += 1;
    continue;
  }
  const began = performance.now();
  const problem = await attempt(run);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${problem ? "FAILED" : "ok"} ${name} (${seconds} s)`);
  if (problem) console.log(problem.replace(/^/gm, "    "));
  count[problem ? "failed" : "passed"] += 1;
}
await closeBrowser();
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exit(count.failed > 0 || count.passed === 0 ? 1 : 0);

async function attempt(run) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took more than ${limitMs / 1000} s`)), limitMs);
  });
  const cleanups = [];
  const explanations = [];
  const after = (cleanup) => cleanups.push(cleanup);
  const explain = (explanation) => explanations.push(explanation);
  try {
    await Promise.race([run({ after, explain }), late]);
    return undefined;
  } catch (error) {
    // What each browser showed when it happened.
    const told = explanations.map((explanation) => explanation().catch(() => "(no page)"));
    return [`${error.stack ?? error}`, ...(await Promise.all(told))].join("\n");
  } finally {
    clearTimeout(timer);
    for (const cleanup of cleanups.reverse()) await cleanup().catch(() => undefined);
  }
}
