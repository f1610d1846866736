// What langchain.ts uses of the frameworks, so that this package compiles without them. The tests
// of tests/adapters/node run against the real ones.

declare module "langchain" {
  export function createMiddleware(parts: {
    name: string;
    wrapToolCall: (request: never, handler: never) => Promise<unknown>;
  }): unknown;
}
declare module "@langchain/core/messages" {
  export class ToolMessage {
    constructor(fields: {
      content: unknown;
      name: string;
      tool_call_id: string;
      status?: "error" | "success" | undefined;
      artifact?: unknown;
    });
    static isInstance(value: unknown): value is ToolMessage;
    content: unknown;
    status?: "error" | "success";
    artifact?: unknown;
  }
}
declare module "@langchain/langgraph" {
  export class Command {
    constructor(parts: { resume: unknown });
  }
  export function getConfig(): unknown;
  export function interrupt(value: unknown): unknown;
}
