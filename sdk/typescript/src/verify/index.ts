// Verifies receipts of LetsPing without trusting the server that made them, nor whoever hands them
// over. Runs in browsers and Node 20 on WebCrypto alone; asks nobody anything.
//
//   const trust = [await readTrust(trustFileText)];
//   const [report] = await verifyFile(receiptBytes, { trust });
//   report.verdict // "VALID", "ERASED", "INDETERMINATE" or "INVALID"

export {
  type CheckName,
  type CheckReport,
  checkNames,
  exitCodes,
  type HumanClass,
  type LogLevel,
  type Report,
  type Verdict,
} from "./report.js";
export { humanLevels, logLevels } from "./roster.js";
export { BadTrust, readTrust, type Trust } from "./trust.js";
export {
  type Examined,
  examineReceipt,
  linesOf,
  type Options,
  verifyFile,
  verifyReceipt,
} from "./verify.js";
