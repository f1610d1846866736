// Runs the tests of every *_test.mjs of this folder in two workers, each with a browser and
// servers of its own; whoever is free takes the next test. A test waits for half of its time, as a
// person must before they may approve: a third worker uses what two leave of two cores. With --long
// those that take minutes, one at a time, for they load the machine. The last line counts.

import { fork } from "node:child_process";
import { join } from "node:path";
import { allTests } from "./harness.mjs";

const long = process.argv.includes("--long");
const workers = long ? 1 : Number(process.env.WORKERS ?? 2);
// Beyond the worker's own limit for a test: that one hangs where it cannot tell.
const hangMs = 60_000;
const words = process.argv.slice(2).filter((word) => word !== "--long");
const count = { passed: 0, failed: 0, skipped: 0 };
// Two cores that do much else at once bring a real browser to its limits now and then. So few tests
// that failed are played once more, alone, and whatever passes then is reported as unsteady; more
// are no accident. LETSPING_ONCE=1 plays each once.
const secondAttempts = long || process.env.LETSPING_ONCE ? 0 : 2;

const meant = (await allTests())
  .map(({ run, ...one }, number) => ({ ...one, number }))
  .filter((one) => Boolean(one.long) === long);
let queue = meant
  .filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort((a, b) => Number(b.waits ?? false) - Number(a.waits ?? false));
count.skipped = meant.length - queue.length;
let failed = [];

function report(played, problem, seconds) {
  const time = seconds === undefined ? "" : ` (${seconds.toFixed(1)} s)`;
  const passed = played.before ? "unsteady" : "ok";
  console.log(`${problem ? "FAILED" : passed} ${played.name}${time}`);
  const text = problem ?? played.before;
  if (text) console.log(text.replace(/^/gm, "    "));
  if (problem) failed.push({ ...played, before: problem });
  else count.passed += 1;
}

// One worker until it ends: true if it may be replaced, for it did not end before its first test.
function work() {
  const child = fork(join(import.meta.dirname, "worker.mjs"), { detached: true });
  let current, timer;
  let began = false;
  const next = () => {
    clearTimeout(timer);
    current = queue.shift();
    if (current === undefined) return child.send("end");
    began = true;
    timer = setTimeout(() => child.kill("SIGKILL"), current.limitMs + hangMs);
    child.send(current.number);
  };
  child.on("message", (message) => {
    if (message !== "ready") report(current, message.problem, message.seconds);
    next();
  });
  return new Promise((resolve) => {
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      const how = `the worker ended with ${signal ?? code}; what it said stands above`;
      if (current !== undefined) report(current, how);
      else if (code !== 0) report({ name: "a worker" }, how);
      // What a dead worker leaves behind: its servers are of its group.
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {}
      resolve(began);
    });
  });
}

async function lane() {
  while (queue.length > 0 && (await work())) {}
}

async function playAll(lanes) {
  await Promise.all(Array.from({ length: Math.min(lanes, queue.length) }, lane));
  for (const left of queue) report(left, "there was no worker to run it");
}

await playAll(workers);
if (failed.length > 0 && failed.length <= secondAttempts) {
  console.log("once more, alone, what failed:");
  [queue, failed] = [failed, []];
  await playAll(1);
}
count.failed = failed.length;
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exit(count.failed > 0 || count.passed === 0 ? 1 : 0);
