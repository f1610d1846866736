// The three verifiers of ours, which share no code, as programs: each judges a file of receipts.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const top = join(import.meta.dirname, "../../..");
const typescript = join(top, "sdk/typescript");

export class Verifiers {
  trusts = 0;

  constructor() {
    this.home = mkdtempSync(join(tmpdir(), "lp-verifiers-"));
    // Apart from sdk/typescript/dist, which another suite makes at the same time.
    const words = ["-p", "tsconfig.build.json", "--outDir", this.home, "--declaration", "false"];
    execFileSync(join(typescript, "node_modules/.bin/tsc"), words, { cwd: typescript });
    writeFileSync(join(this.home, "package.json"), '{"type":"module"}');
    const binary = process.env.LETSPING_BIN ?? join(top, "build/release/letsping");
    const python = process.env.PYTHON ?? join(top, "build/venv/bin/python");
    this.programs = {
      "letsping verify": { command: [binary, "verify"] },
      "the Python verifier": {
        command: [python, "-B", "-m", "letsping_verify"],
        env: { PYTHONPATH: join(top, "sdk/python") },
      },
      "the TypeScript verifier": { command: [process.execPath, join(this.home, "verify/main.js")] },
    };
  }

  close() {
    rmSync(this.home, { recursive: true });
  }

  // A new trust file, by its path.
  trust(value) {
    const path = join(this.home, `trust-${++this.trusts}.json`);
    writeFileSync(path, JSON.stringify(value));
    return path;
  }

  // The exit status, and the report of each receipt. `receipts` are Buffers without a line feed.
  judge(name, receipts, ...words) {
    const { command, env } = this.programs[name];
    const input = Buffer.concat(receipts.flatMap((receipt) => [receipt, Buffer.from("\n")]));
    const [program, ...more] = command;
    const { status, stdout, stderr, error } = spawnSync(
      program,
      [...more, "-", "--json", ...words],
      { input, env: { PATH: process.env.PATH, ...env }, cwd: "/", maxBuffer: 1 << 30 },
    );
    if (error) throw error;
    const lines = stdout.toString().split("\n").filter(Boolean);
    assert.equal(lines.length, receipts.length, `${name}: ${stderr}`);
    return { status, reports: lines.map((line) => JSON.parse(line)) };
  }
}

export const verifierNames = [
  "letsping verify",
  "the Python verifier",
  "the TypeScript verifier",
];
export const exit = { VALID: 0, INDETERMINATE: 30, INVALID: 40 };
