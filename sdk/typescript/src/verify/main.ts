#!/usr/bin/env node
import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { run } from "./command_line.js";

process.exitCode = await run(process.argv.slice(2), {
  read: (path) => (path === "-" ? buffer(process.stdin) : readFile(path)),
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
