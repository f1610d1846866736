import { expect, test } from "vitest";
import { attachmentsOf, drawable, fileName, previewOf } from "./attachments";
import { parse } from "./parse";

const file = {
  id: "a1",
  name: "invoice.pdf",
  type: "application/pdf",
  size: 5,
  sha256: "ab".repeat(32),
  salt: "c2FsdA==",
};
const announced = { id: "a1", size: 21, pieces: 1, missing: 0 };
const read = (list: unknown, known = [announced], sealed = true) =>
  attachmentsOf(parse(JSON.stringify({ amount: 1, _lp_attachments: list })), known, sealed);

test("a payload's files are those that were announced, as they were", () => {
  expect(read([file])).toEqual({ ok: true, files: [{ ...file, missing: 0 }] });
  expect(attachmentsOf(parse('{"amount":1}'), [], true)).toEqual({ ok: true, files: [] });
  const { salt: _, ...plain } = file;
  expect(read([plain], [{ ...announced, size: 5 }], false)).toMatchObject({ ok: true });
});

test("what is announced otherwise, or not at all, is a problem", () => {
  for (const known of [
    [],
    [{ ...announced, id: "a2" }],
    [{ ...announced, size: 22 }],
    [{ ...announced, pieces: 2 }],
    [announced, { ...announced, id: "a2" }],
  ]) {
    expect(read([file], known), JSON.stringify(known)).toMatchObject({ ok: false });
  }
  // A file that only the server speaks of.
  expect(attachmentsOf(parse("{}"), [announced], true)).toMatchObject({ ok: false });
});

test("a list that cannot be read in one way is a problem", () => {
  const wrong: unknown[] = [
    {},
    [1],
    [file, file],
    [{ ...file, id: "A" }],
    [{ ...file, name: "" }],
    [{ ...file, name: "n".repeat(256) }],
    [{ ...file, type: "pdf" }],
    [{ ...file, size: -1 }],
    [{ ...file, size: 1.5 }],
    [{ ...file, size: (64 << 20) + 1 }],
    [{ ...file, sha256: "ab" }],
    [{ ...file, salt: undefined }],
    Array.from({ length: 17 }, (_, at) => ({ ...file, id: `a${at}` })),
  ];
  for (const list of wrong) expect(read(list), JSON.stringify(list)).toMatchObject({ ok: false });
  const twice = parse('{"_lp_attachments":[],"_lp_attachments":[]}');
  expect(attachmentsOf(twice, [], true)).toMatchObject({ ok: false });
});

test("only text and raster pictures are shown", () => {
  const of = (type: string) => previewOf({ ...file, type });
  expect(of("text/plain")).toBe("text");
  expect(of("image/png")).toBe("picture");
  for (const type of ["text/html", "image/svg+xml", "application/pdf", "text/plain;charset=x"]) {
    expect(of(type), type).toBeUndefined();
  }
});

test("a picture is drawn when it is one, and not too large", () => {
  const bytes = (...list: number[]) => Uint8Array.from(list);
  const png = (width: number) => {
    const view = new DataView(new ArrayBuffer(24));
    view.setUint32(0, 0x89504e47);
    view.setUint32(16, width);
    view.setUint32(20, 100);
    return new Uint8Array(view.buffer);
  };
  const jpeg = bytes(0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 11, 8, 0, 9, 0, 8, 1, 1);
  const gif = bytes(0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 4, 0, 4, 0);
  expect(drawable("image/png", png(640))).toBe(true);
  expect(drawable("image/png", png(400_001))).toBe(false);
  expect(drawable("image/jpeg", jpeg)).toBe(true);
  expect(drawable("image/gif", gif)).toBe(true);
  for (const type of ["image/png", "image/jpeg", "image/gif"]) {
    expect(drawable(type, bytes(0x3c, 0x73, 0x76, 0x67))).toBe(false);
    expect(drawable(type, bytes())).toBe(false);
  }
  expect(drawable("image/png", gif)).toBe(false);
  expect(drawable("image/jpeg", jpeg.slice(0, 8))).toBe(false);
});

test("a saved name leads nowhere and hides nothing", () => {
  const name = (text: string) => fileName({ id: "a1", name: text });
  expect(name("../../etc/passwd")).toBe("_.._etc_passwd");
  expect(name("invoice\u202Efdp.exe")).toBe("invoice_fdp.exe");
  expect(name("Beleg März (2).pdf")).toBe("Beleg März (2).pdf");
  expect(name("..")).toBe("a1");
});
