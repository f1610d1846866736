import { expect, test } from "vitest";
import type { LogLeaf } from "./entry";
import { LogReader, pageSize } from "./log_reader";
import type { LogView } from "./messages";

const size = 3 * pageSize + 40;
const nobody: [string, string][] = [];

function leafAt(index: number): LogLeaf {
  const kind = index % 10 === 0 ? "key.added" : "request.created";
  const predicate = { time: "2026-11-01T00:00:00.000Z", actor: { id: "key_1" } };
  const statement = btoa(JSON.stringify({ predicate }));
  return { index, type: kind, stream: `s_${index}`, statement, leaf: btoa("{}") };
}

// A log of `log.size` entries. `asked` are the first entries of the pages that were asked for.
function reading() {
  const log = { size, failing: false };
  const asked: number[] = [];
  const views: LogView[] = [];
  const page = async (first: number, count: number) => {
    if (log.failing) throw new Error("The server does not answer.");
    if (count > 0) asked.push(first);
    const end = Math.min(first + count, log.size);
    const leaves = Array.from({ length: Math.max(0, end - first) }, (_, at) =>
      leafAt(first + at),
    );
    return { size: log.size, leaves };
  };
  const reader = new LogReader(page, (view) => views.push(view));
  return { log, asked, views, reader, last: () => views.at(-1) as LogView };
}

const indexes = ({ entries }: LogView) => entries.map((entry) => entry?.index);

test("a log is read from its newest page back to its first", async () => {
  const { asked, reader, views, last } = reading();
  await reader.do({ do: "rows", first: 0, count: 5 });
  await reader.do({ do: "read" });
  expect(asked).toEqual([3, 2, 1, 0].map((page) => page * pageSize));
  expect(indexes(views[0] as LogView)).toEqual([807, 806, 805, 804, 803]);
  expect(last()).toMatchObject({ size, read: size, rows: size, first: 0, text: "" });
  expect(last().families).toEqual([
    ["request", 727],
    ["key", 81],
  ]);
});

test("nothing is told of a log before its length is known", async () => {
  const { reader, views } = reading();
  await reader.do({ do: "find", text: "type:key", names: nobody });
  await reader.do({ do: "open", index: 3 });
  expect(views).toEqual([]);
});

test("what is in sight is read before the rest", async () => {
  const { asked, reader, last } = reading();
  await reader.do({ do: "rows", first: size - 10, count: 20 });
  await reader.do({ do: "read" });
  expect(asked[0]).toBe(0);
  expect(indexes(last())).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
});

test("a query finds what is read and what comes later, newest first", async () => {
  const { reader, last } = reading();
  await reader.do({ do: "rows", first: 0, count: 2 });
  await reader.do({ do: "find", text: "type:key", names: nobody });
  await reader.do({ do: "read" });
  expect(last()).toMatchObject({ text: "type:key", rows: 81, read: size });
  expect(indexes(last())).toEqual([800, 790]);
  await reader.do({ do: "find", text: "actor:ada", names: [["key_1", "Ada"]] });
  expect(last().rows).toBe(size);
  await reader.do({ do: "find", text: "actor:ada", names: nobody });
  expect(last()).toMatchObject({ rows: 0, entries: [] });
  await reader.do({ do: "find", text: "", names: nobody });
  expect(last().rows).toBe(size);
});

test("the open entry has a place in the table, where the query finds it", async () => {
  const { reader, last } = reading();
  await reader.do({ do: "read" });
  await reader.do({ do: "open", index: 790 });
  expect(last().place).toBe(size - 1 - 790);
  await reader.do({ do: "find", text: "type:key", names: nobody });
  expect(last().place).toBe(1);
  await reader.do({ do: "open", index: 791 });
  expect(last().place).toBe(-1);
  await reader.do({ do: "open", index: size });
  expect(last().place).toBe(-1);
});

test("what was added since is read, and nothing twice counted", async () => {
  const { log, asked, reader, last } = reading();
  await reader.do({ do: "read" });
  log.size += 3;
  asked.splice(0);
  await reader.do({ do: "read" });
  expect(asked).toEqual([3 * pageSize]);
  expect(last()).toMatchObject({ size: size + 3, read: size + 3 });
  expect(indexes(last())[0]).toBe(size + 2);
});

test("reading goes on where it failed", async () => {
  const { log, reader, last } = reading();
  await reader.do({ do: "read" });
  log.size += 2 * pageSize;
  const fails = reader.do({ do: "read" });
  log.failing = true;
  await expect(fails).rejects.toThrow("The server does not answer.");
  log.failing = false;
  await reader.do({ do: "read" });
  expect(last().read).toBe(size + 2 * pageSize);
});

test("a server that gives fewer entries than it signed is not waited for", async () => {
  const short = async () => ({ size: 10, leaves: [] });
  const reader = new LogReader(short, () => {});
  await expect(reader.do({ do: "read" })).rejects.toThrow("does not give");
});
