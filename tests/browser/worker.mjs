// One worker of run.mjs: plays the tests whose numbers it is sent, with a browser of its own.

import { allTests, closeBrowser } from "./harness.mjs";

const tests = await allTests();

process.on("message", async (number) => {
  if (number === "end") {
    await closeBrowser();
    process.exit(0);
  }
  const began = performance.now();
  const problem = await attempt(tests[number]);
  process.send({ problem, seconds: (performance.now() - began) / 1000 });
});
// The runner is gone: nothing that was started here may outlive it. A worker leads its own process
// group, and a browser ends with the pipe to it.
process.on("disconnect", () => process.kill(0, "SIGKILL"));
process.send("ready");

async function attempt({ run, limitMs }) {
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
