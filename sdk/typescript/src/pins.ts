// Checkpoints that outlive the process: a file for each log (Node only).

import { createHash, randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { fromHex, hex } from "./bytes.js";
import { IntegrityError } from "./client/errors.js";
import type { Pin, Pins } from "./client/pins.js";

// Each file is replaced as a whole. Of two processes at once the later write stays: an older
// checkpoint of the same log, which the next one is compared with all the same.
export class DirectoryPins implements Pins {
  readonly #directory: string;

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    this.#directory = directory;
  }

  #path(origin: string): string {
    const name = createHash("sha256").update(origin).digest("hex");
    return join(this.#directory, `${name}.json`);
  }

  async read(origin: string): Promise<Pin | undefined> {
    const path = this.#path(origin);
    let text: string;
    try {
      text = await readFile(path, "utf8");
    } catch (error) {
      if ((error as { code?: string }).code === "ENOENT") return undefined;
      throw error;
    }
    const kept = parsed(text);
    const sound = Number.isSafeInteger(kept?.size) && /^[0-9a-f]{64}$/.test(kept?.root ?? "");
    if (kept?.origin === origin && sound && kept.size > 0) {
      return { size: kept.size, root: fromHex(kept.root) };
    }
    // To begin anew would forget what was seen.
    const message = `the kept checkpoint ${path} cannot be read`;
    throw new IntegrityError(message, { code: "pin_unreadable" });
  }

  async write(origin: string, { size, root }: Pin): Promise<void> {
    if (((await this.read(origin))?.size ?? 0) >= size) return;
    const made = join(this.#directory, `${randomUUID()}.tmp`);
    const file = await open(made, "wx", 0o600);
    try {
      await file.writeFile(JSON.stringify({ origin, size, root: hex(root) }));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(made, this.#path(origin));
  }
}

function parsed(text: string): { origin: string; size: number; root: string } | undefined {
  try {
    return Object(JSON.parse(text));
  } catch {
    return undefined;
  }
}
