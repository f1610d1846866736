// A ledger of used approvals that outlives the process: a file for each (Node only).

import { mkdirSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Ledger } from "./client/tool_gate.js";

export class DirectoryLedger implements Ledger {
  readonly #directory: string;

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#directory = directory;
  }

  async use(requestId: string): Promise<boolean> {
    if (!/^[A-Za-z0-9_-]{1,128}$/.test(requestId)) throw new RangeError("no id of a request");
    try {
      await (await open(join(this.#directory, requestId), "wx", 0o600)).close();
    } catch (error) {
      if ((error as { code?: string }).code === "EEXIST") return false;
      throw error;
    }
    const folder = await open(this.#directory, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
    return true;
  }
}
