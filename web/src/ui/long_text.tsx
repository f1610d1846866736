import { memo, useState } from "react";
import { VisibleText } from "./visible_text";

// From here on a text is first drawn by its beginning and its end. Nothing is cut in silence: what
// is missing is counted in the page, and a value that is not drawn whole does not count as shown.
export const longFrom = 24_000;
const headLength = 6000;
const tailLength = 1500;
// A paragraph of its own for every piece lets the browser lay out only what is on screen.
const pieceLength = 8000;

export const LongText = memo(function LongText(props: { text: string; whole?(): void }) {
  const { text } = props;
  const [all, setAll] = useState(false);
  if (text.length < longFrom) return <VisibleText text={text} />;
  if (all) {
    return slices(text).map(({ from, part }) => (
      <span key={from} className="text-piece" data-from={from.toLocaleString("en")}>
        <VisibleText text={part} />
      </span>
    ));
  }
  const [head, tail] = [cut(text, headLength), cut(text, text.length - tailLength)];
  const show = () => {
    setAll(true);
    props.whole?.();
  };
  return (
    <>
      <VisibleText text={text.slice(0, head)} />
      <span className="not-shown">
        {(tail - head).toLocaleString("en")} characters are not shown here.{" "}
        <button type="button" className="button" onClick={show}>
          Show all {text.length.toLocaleString("en")}
        </button>
      </span>
      <VisibleText text={text.slice(tail)} />
    </>
  );
});

function slices(text: string): { from: number; part: string }[] {
  const out = [];
  for (let from = 0; from < text.length; ) {
    // A line end near the bound, or the bound.
    const line = text.lastIndexOf("\n", from + pieceLength);
    const wanted = line > from + pieceLength / 2 ? line + 1 : from + pieceLength;
    const to = Math.min(text.length, cut(text, wanted));
    out.push({ from, part: text.slice(from, to) });
    from = to;
  }
  return out;
}

// Not between the two halves of a character: each would be drawn as a broken one.
function cut(text: string, at: number): number {
  const before = text.charCodeAt(at - 1);
  return before >= 0xd800 && before <= 0xdbff ? at + 1 : at;
}
