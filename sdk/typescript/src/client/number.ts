// The number that a reviewer types at critical, shown by the program that asked (number match,
// docs/reference/letsping-api.md).

import type { Json } from "../jcs.js";
import { membersOf } from "./payloads.js";

// What to show, in place of what was shown before. Without `digits` this version is locked: then it
// can only be rejected, cancelled or revised.
export interface ShownNumber {
  digits?: string;
  until?: string; // ISO 8601; then there is another one
  triesLeft: number;
}

// Called with the first number and with each that takes its place. Show it to the person beside the
// program; log it nowhere and give it to no model. What it throws ends the wait, and the request
// stays open.
export type OnNumber = (number: ShownNumber) => void;

// Calls `show` with each number of one request that was not shown before.
export class NumberMatch {
  readonly #show: OnNumber;
  #shown: ShownNumber | undefined;

  constructor(show: OnNumber) {
    this.#show = show;
  }

  // Of an ask or its status. Throws what `show` throws.
  read(answer: Json): void {
    const given = membersOf(answer).number_match;
    if (given === undefined || given === null) return;
    const { number: digits, until, tries_left: left } = membersOf(given);
    const number: ShownNumber = { triesLeft: typeof left === "number" ? left : 0 };
    if (typeof digits === "string") number.digits = digits;
    if (typeof until === "string") number.until = until;
    // Two numbers that follow each other may have the same digits.
    const before = this.#shown;
    if (before && before.digits === number.digits && before.until === number.until) return;
    this.#shown = number;
    this.#show(number);
  }
}
