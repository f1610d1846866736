// @vitest-environment happy-dom

import { act, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, expect, test } from "vitest";
import { parse } from "../../payload/parse";
import { expectedLeaves } from "../../payload/shown";
import { VisibleText } from "../../ui/visible_text";
import { FactTree } from "./fact_tree";
import { partsOf } from "./payload_panel";
import { ReadingsPanel } from "./readings_panel";
import { SourceView } from "./source_view";
import { shownIn } from "./use_shown";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0)) step();
});

function draw(node: ReactNode): HTMLElement {
  const element = document.createElement("div");
  document.body.append(element);
  const root = createRoot(element);
  act(() => root.render(node));
  undo.push(() => {
    act(() => root.unmount());
    element.remove();
  });
  return element;
}

function parsed(text: string) {
  const result = parse(text);
  if (!result.ok) throw new Error(result.problem);
  return result;
}

function drawFacts(text: string): HTMLElement {
  const { root, findings } = parsed(text);
  const members = root.kind === "object" && root.members.length > 0 ? root.members : undefined;
  return draw(<FactTree members={members} node={root} findings={findings} />);
}

const leaves = (element: HTMLElement) => [...element.querySelectorAll("[data-leaf]")];

test("draws as many leaves as the parser counts, each with its source text", () => {
  const texts = [
    '{"a":1.0,"b":[1,2,{"c":null}],"d":{},"e":[]}',
    "[]",
    "{}",
    "12345678901234567890",
    '{"":"","x":{"y":{"z":[[[[[[[["deep"]]]]]]]]}}}',
    '{"a":1,"a":2}',
  ];
  for (const text of texts) {
    expect([text, leaves(drawFacts(text)).length]).toEqual([text, parsed(text).leaves]);
  }
  const numbers = drawFacts('{"n":12345678901234567890,"f":1.0,"e":1E400}').textContent ?? "";
  for (const source of ["12345678901234567890", "1.0", "1E400"])
    expect(numbers).toContain(source);
  expect(numbers).toContain("many programs would change this number");
});

test("interprets nothing: markup and scripts are text", () => {
  const element = drawFacts('{"x":"<img src=x onerror=alert(1)><script>1</script>"}');
  expect(element.querySelector("img, script")).toBeNull();
  expect(element.textContent).toContain("<img src=x onerror=alert(1)>");
});

test("chips stand where invisible characters are, and each text is isolated", () => {
  const element = draw(<VisibleText text={"a\u202eb\nc"} />);
  expect(element.textContent).toBe("a⟨U+202E⟩b⟨U+000A⟩\nc");
  expect(element.querySelector("bdi")?.getAttribute("dir")).toBe("ltr");
  expect(element.querySelector(".chip")?.getAttribute("title")).toBe("RIGHT-TO-LEFT OVERRIDE");
});

test("a long string is drawn whole, with its length", () => {
  const long = "x".repeat(20_000);
  const text = drawFacts(JSON.stringify({ long })).textContent ?? "";
  expect(text).toContain(long);
  expect(text).toContain("20,000 characters");
});

test("what is too long is first drawn by its ends, counted, and not taken as shown", () => {
  const text = `{"a":"${"x".repeat(100_000)}THE END"}`;
  const element = drawFacts(text);
  expect(leaves(element)).toHaveLength(0);
  expect(element.textContent).toContain("92,507 characters are not shown here");
  expect(element.textContent).toContain("THE END");
  act(() => element.querySelector("button")?.click());
  expect(leaves(element)).toHaveLength(1);
  expect(element.querySelector(".value")?.textContent).toBe(`"${"x".repeat(100_000)}THE END"`);
});

test("no character is cut in two where a long text is", () => {
  const text = `{"a":"${"\u{1f600}".repeat(20_001)}"}`;
  const element = drawFacts(text);
  expect(element.textContent).not.toContain("U+D83D");
  act(() => element.querySelector("button")?.click());
  expect(element.textContent).not.toContain("U+D83D");
});

test("rows beyond the first hundreds are counted and drawn on request", () => {
  const items = Array.from({ length: 1000 }, (_, n) => n);
  const element = drawFacts(JSON.stringify(items));
  expect(element.textContent).toContain("401 more rows are not shown.");
  expect(leaves(element)).toHaveLength(599);
  act(() => element.querySelector("button")?.click());
  expect(leaves(element)).toHaveLength(1000);
});

test("the layout of the source keeps every name and value as it was spelt", () => {
  const source = '{"a\\u0062":[1.0,"\\u0041"],"n":{},"z":-0}';
  const text = draw(<SourceView node={parsed(source).root} />).textContent ?? "";
  expect(text.replace(/\s/g, "")).toBe(source);
});

test("metadata and prose leave the facts, and nothing is lost between the parts", () => {
  const { root } = parsed(
    '{"amount":1,"reason":"because the parcel is lost","why":"x","_lp_meta":{"environment":"a"}}',
  );
  const parts = partsOf({ ok: true, root, findings: [], leaves: 4 });
  expect(parts.facts?.map((member) => member.key)).toEqual(["amount", "why"]);
  expect(parts.says.map((member) => member.key)).toEqual(["reason"]);
  expect(parts.meta?.key).toBe("_lp_meta");
});

test("prose deeper down is told to be the agent's own words", () => {
  const text = '{"task":{"reason":"because the parcel is lost","why":"x"}}';
  const said = drawFacts(text).textContent ?? "";
  expect(said.split("the agent's own words, unverified").length).toBe(2);
});

test("a second or a scalar _lp_meta cannot hide anything", () => {
  const twice = parsed('{"_lp_meta":{"a":1},"_lp_meta":{"b":2}}');
  expect(partsOf(twice).facts).toHaveLength(2);
  const scalar = parsed('{"_lp_meta":"rm -rf"}');
  expect(partsOf(scalar).facts).toHaveLength(1);
});

const hostile =
  '{"n":12345678901234567890,"one":1.0,"s":"a\u202eb\\n\u27e8","html":"<b>x</b>","e":{},"l":[],' +
  '"deep":[[{"x":null}]],"a":1,"a":2,"":"","\u0430mount":1,"amount":2,"t":"tab\\there"}';

test("each leaf is drawn exactly once as it is, as facts and as source", () => {
  const { root, leaves: count } = parsed(hostile);
  const expected = expectedLeaves(root);
  const members = root.kind === "object" ? root.members : undefined;
  for (const view of [
    <FactTree key="facts" members={members} findings={[]} />,
    <SourceView key="source" node={root} />,
  ]) {
    const element = draw(<section className="payload">{view}</section>);
    expect(shownIn(element, expected)).toEqual({ values: count, surplus: 0 });
  }
});

// The JSON text of a random tree, by a small linear generator; the seed is in the message.
function randomJson(seed: number): string {
  let state = seed;
  const roll = (sides: number) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * sides);
  };
  const texts = [
    "",
    "plain",
    "a\u202eb",
    "⟨U+000A⟩",
    "two\nlines\r\n\t",
    "caf\u0065\u0301",
    "\ud800",
    "<b>&amp;</b>",
    "\u{e0041}",
    "p\u0430ypal",
    "{ } empty object",
    "[ ] empty list",
    '"quoted"',
    "1.0",
    "\u{1f600}",
  ];
  const numbers = ["0", "-0", "1.0", "1e400", "12345678901234567890", "0.1e-7", "50000"];
  const leaf = () => {
    const kind = roll(8);
    if (kind < 3) return JSON.stringify(texts[roll(texts.length)]);
    if (kind < 5) return numbers[roll(numbers.length)] ?? "0";
    return ["true", "false", "null"][roll(3)] ?? "null";
  };
  const value = (depth: number): string => {
    const kind = depth > 4 ? 2 : roll(4);
    const length = roll(5);
    const values = Array.from({ length }, () => () => value(depth + 1));
    if (kind === 0) return `[${values.map((make) => make()).join(", ")}]`;
    if (kind > 1) return leaf();
    // Names may occur twice, and be empty.
    const name = () => JSON.stringify(texts[roll(texts.length)]);
    return `{${values.map((make) => `${name()}:${make()}`).join(" ,\n")}}`;
  };
  return value(0);
}

test("whatever is asked, each leaf is drawn exactly once and as it was sent", () => {
  for (let seed = 1; seed <= 120; seed += 1) {
    const { root, leaves: count } = parsed(randomJson(seed * 7919));
    const members = root.kind === "object" && count > 1 ? root.members : undefined;
    const facts = <FactTree members={members} node={root} findings={[]} />;
    for (const view of [facts, <SourceView key="source" node={root} />]) {
      const element = draw(<section className="payload">{view}</section>);
      const shown = shownIn(element, expectedLeaves(root));
      expect([seed, shown]).toEqual([seed, { values: count, surplus: 0 }]);
    }
  }
});

test("a text that somebody rewrites in the page is not shown any more", () => {
  const { root, leaves: count } = parsed('{"amount":5000.00,"to":"acct_99"}');
  const members = root.kind === "object" ? root.members : undefined;
  const facts = <FactTree members={members} findings={[]} />;
  const element = draw(<section className="payload">{facts}</section>);
  const value = element.querySelector(".value");
  if (value?.firstChild) value.firstChild.nodeValue = "5.000,00";
  expect(shownIn(element, expectedLeaves(root))).toEqual({ values: count - 1, surplus: 1 });
});

test("rows that say to look twice must be seen, and others need not", () => {
  const marked = (text: string) => drawFacts(text).querySelectorAll("[data-must-see]").length;
  expect(marked('{"a":"plain","n":1.0,"b":true}')).toBe(0);
  expect(marked('{"a":"x\u200by","b":"plain"}')).toBe(1);
  expect(marked('{"n":12345678901234567890}')).toBe(1);
  expect(marked('{"amount":1,"\u0430mount":2,"c":3}')).toBe(2);
});

test("a reading is text only, marks what is grave, and counts for no value", () => {
  const { root } = parsed('{"sql":"DELETE FROM t; SELECT \'<img src=x>\' FROM u"}');
  const element = draw(<ReadingsPanel root={root} />);
  expect(element.querySelector("img")).toBeNull();
  expect(element.textContent).toContain("<img src=x>");
  expect(element.querySelectorAll('.part[data-weight="grave"][data-must-see]')).toHaveLength(1);
  expect(leaves(element)).toHaveLength(0);
});
