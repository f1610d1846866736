// The program letsping-verify, with its world passed in: so that tests run it as it is.

import { parseArgs } from "node:util";
import {
  BadTrust,
  exitCodes,
  humanLevels,
  logLevels,
  type Options,
  type Report,
  readTrust,
  verifyFile,
} from "./index.js";

export const usage = `usage: letsping-verify [--trust FILE]... [--require DEMANDS] [--allow-test]
                       [--json] RECEIPT...

Checks receipts of LetsPing, and asks nobody. A file holds one receipt, or one to a line; - is the
standard input.

  --trust FILE       whose keys you trust: the output of \`letsping trust export\`, which must have
                     reached you on a way that the server under test does not control; may be
                     given once for each log
  --require DEMANDS  the least that is accepted, as human=passkey,log=witnessed
                     human: session, device (default), passkey
                     log: signed, logged (default), witnessed, time-stamped
  --allow-test       accept receipts of a test server
  --json             one report as JSON to a receipt

Exits with 0 when all are VALID, 20 ERASED, 30 INDETERMINATE, 40 INVALID (of many, the largest),
2 for a wrong call or trust file, 1 for a file that cannot be read.
`;

export interface World {
  read(path: string): Promise<Uint8Array>;
  out(text: string): void;
  err(text: string): void;
}

class WrongCall extends Error {}
class Unreadable extends Error {}

export async function run(words: string[], world: World): Promise<number> {
  try {
    const call = readCall(words);
    if (call.help) {
      world.out(usage);
      return 0;
    }
    return await verifyAll(call, world);
  } catch (error) {
    if (error instanceof WrongCall || error instanceof BadTrust) {
      world.err(`letsping-verify: ${error.message}\n`);
      return 2;
    }
    if (!(error instanceof Unreadable)) throw error;
    world.err(`letsping-verify: ${error.message}\n`);
    return 1;
  }
}

interface Call {
  help: boolean;
  json: boolean;
  allowTest: boolean;
  trust: string[];
  require: NonNullable<Options["require"]>;
  files: string[];
}

function readCall(words: string[]): Call {
  const { values, positionals } = parsed(words);
  const call = {
    help: values.help ?? false,
    json: values.json ?? false,
    allowTest: values["allow-test"] ?? false,
    trust: values.trust ?? [],
    require: readDemands(values.require ?? []),
    files: positionals,
  };
  if (!call.help && call.files.length === 0) throw new WrongCall("which receipt? see --help");
  return call;
}

function parsed(words: string[]) {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        trust: { type: "string", multiple: true },
        require: { type: "string", multiple: true },
        "allow-test": { type: "boolean" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new WrongCall(error instanceof Error ? error.message : String(error));
  }
}

function readDemands(texts: string[]): Call["require"] {
  const demands: Call["require"] = {};
  for (const item of texts.flatMap((text) => text.split(","))) {
    const [name, value] = item.split("=");
    const human = humanLevels.find((level) => name === "human" && level === value);
    const log = logLevels.find((level) => name === "log" && level === value);
    if (!human && !log) throw new WrongCall(`--require does not know ${item}`);
    if (human && demands.human) throw new WrongCall("--require names human twice");
    if (log && demands.log) throw new WrongCall("--require names log twice");
    if (human) demands.human = human;
    if (log) demands.log = log;
  }
  return demands;
}

async function verifyAll(call: Call, world: World): Promise<number> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const options: Options = { trust: [], require: call.require, allowTest: call.allowTest };
  for (const path of call.trust) {
    const bytes = await read(world, path);
    let text: string;
    try {
      text = decoder.decode(bytes);
    } catch {
      throw new BadTrust(`${path} is not UTF-8`);
    }
    const trust = await readTrust(text);
    if (options.trust.some(({ origin }) => origin === trust.origin)) {
      throw new BadTrust(`two trust files are of ${trust.origin}`);
    }
    options.trust.push(trust);
  }
  let worst = 0;
  for (const path of call.files) {
    const reports = await verifyFile(await read(world, path), options);
    for (const [index, report] of reports.entries()) {
      const name = reports.length > 1 ? `${path}:${index + 1}` : path;
      world.out(call.json ? `${JSON.stringify(report)}\n` : inWords(name, report));
      worst = Math.max(worst, exitCodes[report.verdict]);
    }
  }
  return worst;
}

async function read(world: World, path: string): Promise<Uint8Array> {
  try {
    return await world.read(path);
  } catch (error) {
    throw new Unreadable(error instanceof Error ? error.message : String(error));
  }
}

function inWords(name: string, report: Report): string {
  const because = report.check ? `: ${report.check}: ${visible(report.why ?? "")}` : "";
  const lines = [`${name}: ${report.verdict}${because}`];
  if (report.type) {
    const where = `${visible(report.origin ?? "")} ${report.index}`;
    lines.push(`  ${visible(report.type)} at ${report.time}, entry ${where}`);
    if (report.request_id) lines.push(`  request ${visible(report.request_id)}`);
  }
  lines.push(`  human proof ${report.human}, log proof ${report.log}`);
  if (report.keys_cosigned !== undefined) {
    lines.push(
      report.keys_cosigned
        ? "  keys cosigned by a second owner"
        : "  keys not cosigned by a second owner, which is weaker",
    );
  }
  if (report.marks) lines.push(`  marks ${report.marks.join(", ")}`);
  for (const { check, result, why } of report.checks) {
    lines.push(`  ${result.padEnd(8)} ${check}${why ? `: ${visible(why)}` : ""}`);
  }
  return `${lines.join("\n")}\n`;
}

// What others wrote must not move the cursor, nor turn the direction of a line.
function visible(text: string): string {
  return text.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (letter) => `\\u{${letter.codePointAt(0)?.toString(16)}}`,
  );
}
