// Shared with what agents seal with, so it lives in the TypeScript SDK.
export * from "../../../sdk/typescript/src/attachment.js";
