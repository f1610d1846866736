// The entries of a log that were read, in the order in which the table shows them: newest first, or
// those of them that a query finds. Entries come in any order; what is not read yet is undefined.

import type { Entry } from "./entry";
import type { Query } from "./query";

export type NameOf = (member: string) => string;

export class LogIndex {
  size = 0; // of the log
  read = 0; // entries of it
  private readonly entries: (Entry | undefined)[] = [];
  private readonly counts = new Map<string, number>();
  private matches: ((entry: Entry) => boolean) | undefined;
  private found: number[] = []; // descending; only with a query

  grow(size: number): void {
    this.size = Math.max(this.size, size);
  }

  add(entries: readonly Entry[]): void {
    const found: number[] = [];
    for (const entry of entries) {
      if (!this.entries[entry.index]) {
        this.read += 1;
        const family = entry.type.slice(0, entry.type.indexOf("."));
        this.counts.set(family, (this.counts.get(family) ?? 0) + 1);
        if (this.matches?.(entry)) found.push(entry.index);
      }
      this.entries[entry.index] = entry;
    }
    if (found.length === 0) return;
    const first = this.found.at(-1);
    this.found.push(...found.sort(descending));
    // Mostly what comes is older than all before.
    if (first !== undefined && (found[0] as number) > first) this.found.sort(descending);
  }

  // Without a query every entry is there, read or not.
  ask(query: Query | undefined, nameOf: NameOf): void {
    this.matches = query && ((entry) => query.matches(entry, nameOf));
    this.found = [];
    if (!this.matches) return;
    for (let index = this.size - 1; index >= 0; index -= 1) {
      const entry = this.entries[index];
      if (entry && this.matches(entry)) this.found.push(index);
    }
  }

  // Rows of the table.
  get rows(): number {
    return this.matches ? this.found.length : this.size;
  }

  indexAt(place: number): number | undefined {
    if (place < 0 || place >= this.rows) return undefined;
    return this.matches ? this.found[place] : this.size - 1 - place;
  }

  at(place: number): Entry | undefined {
    const index = this.indexAt(place);
    return index === undefined ? undefined : this.entries[index];
  }

  // Where an entry stands in the table; -1 where it does not.
  placeOf(index: number): number {
    if (!this.matches) return index >= 0 && index < this.size ? this.size - 1 - index : -1;
    let [low, high] = [0, this.found.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.found[middle] as number) > index) low = middle + 1;
      else high = middle;
    }
    return this.found[low] === index ? low : -1;
  }

  // Kinds of events and how many were read of each, the most frequent first.
  families(): [string, number][] {
    return [...this.counts].sort(([, a], [, b]) => b - a);
  }
}

const descending = (a: number, b: number) => b - a;
