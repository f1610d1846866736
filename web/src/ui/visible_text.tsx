import { memo } from "react";
import { chipName, chipText, pieces } from "../payload/visible";

// Any text that somebody else wrote. Only React text nodes; isolated, so that it can reorder
// neither itself nor its neighbours; what cannot be seen is a chip. Line feeds are a chip and a
// new line.
export const VisibleText = memo(function VisibleText({ text }: { text: string }) {
  let at = 0;
  return (
    <bdi className="visible" dir="ltr">
      {pieces(text).map((piece) => {
        const key = at++;
        if (piece.kind === "text") return piece.text;
        return (
          <span key={key}>
            <span
              className={piece.code === 10 ? "chip quiet" : "chip"}
              title={chipName(piece.code)}
            >
              {chipText(piece.code)}
            </span>
            {piece.code === 10 && "\n"}
          </span>
        );
      })}
    </bdi>
  );
});
