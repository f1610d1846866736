// Shared with the verifiers of receipts, so it lives in the TypeScript SDK.
export * from "../../../sdk/typescript/src/json.js";
