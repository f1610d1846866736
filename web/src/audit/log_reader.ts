// Reads a log page by page into an index: first what is in sight, then from its newest page back to
// its first. What the table shows is told whenever it is another.

import { entryOf, type LogPage } from "./entry";
import { LogIndex } from "./log_index";
import type { LogView, Order } from "./messages";
import { readQuery } from "./query";

export const pageSize = 256; // no more than the server gives at once
const lanesMax = 2; // the next page is on its way while one is read
const tellEveryMs = 120;

type ReadPage = (first: number, count: number) => Promise<LogPage>;

export class LogReader {
  private readonly index = new LogIndex();
  private readonly pages = new Set<number>(); // read, or on their way
  private readonly readPage: ReadPage;
  private readonly tell: (view: LogView) => void;
  private window = { first: 0, count: pageSize };
  private text = "";
  private open = -1;
  private oldest = 0; // page from which on all newer ones are read, or on their way
  private lanes = 0;
  private known = false; // how long the log is
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readPage: ReadPage, tell: (view: LogView) => void) {
    this.readPage = readPage;
    this.tell = tell;
  }

  async do(order: Exclude<Order, { do: "check" }>): Promise<void> {
    switch (order.do) {
      case "read":
        return this.readOn();
      case "rows":
        this.window = { first: order.first, count: order.count };
        this.show();
        return this.start();
      case "open":
        this.open = order.index;
        return this.show();
      case "find": {
        const names = new Map(order.names);
        this.text = order.text;
        const query = order.text === "" ? undefined : readQuery(order.text);
        this.index.ask(query, (id) => names.get(id) ?? "");
        return this.show();
      }
    }
  }

  // What was added since as well.
  private async readOn(): Promise<void> {
    const { size } = await this.readPage(0, 0);
    // The last page was not full.
    this.pages.delete(Math.floor(this.index.size / pageSize));
    this.index.grow(size);
    this.oldest = Math.ceil(size / pageSize);
    this.known = true;
    if (size === 0) this.show();
    await this.start();
  }

  private async start(): Promise<void> {
    const starting: Promise<void>[] = [];
    while (this.lanes < lanesMax) {
      this.lanes += 1;
      starting.push(
        this.fill().finally(() => {
          this.lanes -= 1;
        }),
      );
    }
    await Promise.all(starting);
  }

  private async fill(): Promise<void> {
    for (let page = this.next(); page !== undefined; page = this.next()) {
      const first = page * pageSize;
      const count = Math.min(pageSize, this.index.size - first);
      this.pages.add(page);
      try {
        const { leaves } = await this.readPage(first, count);
        if (leaves.length < count)
          throw new Error("The server does not give what it has signed.");
        this.index.add(leaves.map(entryOf));
      } catch (error) {
        this.pages.delete(page);
        throw error;
      }
      const whole = this.index.read === this.index.size;
      if (whole || this.inSight(page)) this.show();
      else this.timer ??= setTimeout(() => this.show(), tellEveryMs);
    }
  }

  // What is in sight comes first.
  private next(): number | undefined {
    const { first, count } = this.window;
    for (let place = first; place < first + count; place += 1) {
      const index = this.index.indexAt(place);
      if (index === undefined) break;
      const page = Math.floor(index / pageSize);
      if (!this.pages.has(page)) return page;
    }
    while (this.oldest > 0) {
      this.oldest -= 1;
      if (!this.pages.has(this.oldest)) return this.oldest;
    }
    return undefined;
  }

  private inSight(page: number): boolean {
    const { first, count } = this.window;
    const places = [page * pageSize, (page + 1) * pageSize - 1].map((index) =>
      this.index.placeOf(Math.min(index, this.index.size - 1)),
    ) as [number, number];
    return places[1] < first + count && places[0] >= first;
  }

  private show(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.known) return;
    const { index, window, text } = this;
    const first = Math.max(0, Math.min(window.first, index.rows - 1));
    const last = Math.min(first + window.count, index.rows);
    const entries = Array.from({ length: Math.max(0, last - first) }, (_, at) =>
      index.at(first + at),
    );
    const { size, read, rows } = index;
    const place = index.placeOf(this.open);
    this.tell({ text, size, read, rows, families: index.families(), place, first, entries });
  }
}
