// The newest checkpoint of each log that was seen: a log that shows another past is refused.

import type { Bytes } from "../bytes.js";

export interface Pin {
  size: number;
  root: Bytes;
}

export interface Pins {
  // The largest tree seen of this log.
  read(origin: string): Pin | undefined | Promise<Pin | undefined>;
  // Keeps it, unless a larger one is kept already.
  write(origin: string, pin: Pin): void | Promise<void>;
}

export class MemoryPins implements Pins {
  readonly #kept = new Map<string, Pin>();

  read(origin: string): Pin | undefined {
    return this.#kept.get(origin);
  }

  write(origin: string, pin: Pin): void {
    if (pin.size > (this.#kept.get(origin)?.size ?? 0)) this.#kept.set(origin, pin);
  }
}
