import { memo } from "react";
import { deceives, type Suspicion, suspicions } from "../../payload/suspicious";
import { VisibleText } from "../../ui/visible_text";

// The doubts about one text, beside it, in words.
export const Suspicions = memo(function Suspicions({ list }: { list: Suspicion[] }) {
  return list.map((suspicion) => (
    <span key={suspicion.kind} className={deceives(suspicion) ? "flag problem" : "flag"}>
      <Words suspicion={suspicion} />
    </span>
  ));
});

// A name that somebody else chose, with what there is to doubt about it.
export function DoubtedText({ text }: { text: string }) {
  return (
    <>
      <VisibleText text={text} />
      <Suspicions list={suspicions(text)} />
    </>
  );
}

function Words({ suspicion }: { suspicion: Suspicion }) {
  switch (suspicion.kind) {
    case "reorders":
      return "reorders text";
    case "hidden_text":
      return (
        <>
          hidden text: <VisibleText text={suspicion.text} />
        </>
      );
    case "terminal":
      return "commands a terminal (escape sequence)";
    case "invisible":
      return `${suspicion.count} invisible`;
    case "mixed_scripts":
      return (
        <>
          mixes {suspicion.scripts.join(" and ")} letters
          {suspicion.reads !== undefined && `: looks like “${suspicion.reads}”, and is not`}
        </>
      );
    case "look_alike":
      return `look-alike letters: looks like “${suspicion.reads}”, and is not`;
    case "restyled":
      return (
        <>
          letters in unusual forms: programs may read <VisibleText text={suspicion.reads} />
        </>
      );
    case "other_digits":
      return (
        <>
          digits of another script: <VisibleText text={suspicion.digits} /> is {suspicion.reads}
        </>
      );
    case "look_alike_sign":
      return (
        <>
          <VisibleText text={suspicion.sign} /> looks like “{suspicion.reads}”, and is not
        </>
      );
    case "right_to_left":
      return "holds right-to-left letters, drawn in stored order";
    case "not_nfc":
      return "letters spelt in parts (not NFC)";
    case "opaque":
      return (
        <>
          cannot be inspected: looks like <VisibleText text={suspicion.guess} />
          {suspicion.peek !== undefined && (
            <>
              , which begins <VisibleText text={suspicion.peek} />
            </>
          )}
        </>
      );
    case "fetches_code":
      return "runs what it downloads: nobody has read that";
    case "short_link":
      return `short link of ${suspicion.host}: hides where it leads`;
  }
}
