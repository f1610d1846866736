import { expect, test } from "vitest";
import { isLeaf, type ParsedNode, parse } from "./parse";
import { type Drawing, expectedLeaves, factText, shownOf } from "./shown";
import { drawnText } from "./visible";

function rootOf(text: string): ParsedNode {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.root;
}

// Every leaf as the page draws it.
function drawings(node: ParsedNode, as: Drawing["as"] = "fact"): Drawing[] {
  if (isLeaf(node)) {
    const text = as === "fact" ? factText(node) : node.source;
    return [{ pointer: node.pointer, text: drawnText(text), as }];
  }
  const below = node.kind === "object" ? node.members.map((member) => member.node) : undefined;
  const items = below ?? (node.kind === "array" ? node.items : []);
  return items.flatMap((item) => drawings(item, as));
}

const nasty =
  '{"n":12345678901234567890,"one":1.0,"s":"caf\\u00e9\u202e\\n⟨U+000A⟩","e":{},"l":[],' +
  '"x":[null,true,{"y":"a"}],"a":1,"a":2,"":"","~/":"t"}';

test("every value that is drawn once, as it is, is shown", () => {
  for (const as of ["fact", "source"] as const) {
    const root = rootOf(nasty);
    const all = drawings(root, as);
    expect(shownOf(expectedLeaves(root), all)).toEqual({ values: all.length, surplus: 0 });
  }
});

test("each value that is missing, changed, moved or drawn twice is told", () => {
  const root = rootOf(nasty);
  const expected = expectedLeaves(root);
  const all = drawings(root);
  for (const [index, drawing] of all.entries()) {
    const without = all.filter((_, at) => at !== index);
    expect(shownOf(expected, without)).toEqual({ values: all.length - 1, surplus: 0 });
    const changed = { ...drawing, text: `${drawing.text} ` };
    expect(shownOf(expected, [...without, changed])).toEqual({
      values: all.length - 1,
      surplus: 1,
    });
    expect(shownOf(expected, [...all, drawing])).toEqual({ values: all.length, surplus: 1 });
    const elsewhere = { ...drawing, pointer: "/not/there" };
    expect(shownOf(expected, [...without, elsewhere]).values).toBe(all.length - 1);
  }
});

test("a number that a translator or a formatter rewrites is not the payload's any more", () => {
  const root = rootOf('{"amount":5000.00}');
  const rewritten: Drawing[] = [{ pointer: "/amount", text: "5.000,00", as: "fact" }];
  expect(shownOf(expectedLeaves(root), rewritten)).toEqual({ values: 0, surplus: 1 });
});
