// The SDK's face: ask a person before an agent acts, and run what was approved.

export { type Ask, LetsPing, type Options, type Pending, type Wait } from "./client.js";
export type { Decision } from "./decision.js";
export * from "./errors.js";
export type { OnNumber, ShownNumber } from "./number.js";
export { MemoryPins, type Pin, type Pins } from "./pins.js";
export {
  type Allowed,
  type Denied,
  type GateOptions,
  type Ledger,
  MemoryLedger,
  type ToolCall,
  ToolGate,
  type Verdict,
} from "./tool_gate.js";
export type { Event, Unwrap } from "./webhooks.js";
