// A recovery sheet of a key that is here, and the proof that the paper can be read again.

import { useQueryClient } from "@tanstack/react-query";
import { Printer } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import { noteSheet, withKeyBytes } from "../../api/content_keys";
import type { Session } from "../../api/types";
import { useApi, useKeys } from "../../context";
import { base64, randomBytes } from "../../crypto/bytes";
import type { ContentKey } from "../../crypto/content_key";
import { keyToWords } from "../../crypto/key_words";
import { Notice } from "../../ui/notice";
import { RecoverySheet } from "../first_run/recovery_sheet";
import { useContentKeys } from "./use_content_keys";

interface Text {
  base64: string;
  words: string[];
  asked: number[]; // which of the words are typed back
}

const askedWords = 3;

export function SheetPanel(props: { held: ContentKey; session: Session; done(): void }) {
  const { held } = props;
  const { keyring } = useKeys();
  const [text, setText] = useState<Text | Error>();
  useEffect(() => {
    let current = true;
    withKeyBytes(keyring, held, async (raw) => ({
      base64: base64(raw),
      words: await keyToWords(raw),
      asked: somePlaces(),
    }))
      .then((read) => {
        if (current) setText(read ?? new Error("This browser cannot read the key out."));
      })
      .catch((error) => {
        if (current) setText(error instanceof Error ? error : new Error(String(error)));
      });
    return () => {
      current = false;
    };
  }, [keyring, held]);
  if (text === undefined) return null;
  if (text instanceof Error) {
    return (
      <Notice kind="problem" title="There is no sheet of this key" alert>
        {text.message}
      </Notice>
    );
  }
  return (
    <div className="panel whole-line">
      <p>
        Print it, keep it where you keep passports, and type three of its words back: then you
        know that the paper can be read. Whoever holds it can read what your agents ask.
      </p>
      <div>
        <button type="button" className="button" onClick={() => window.print()}>
          <Printer aria-hidden size={15} /> Print the sheet
        </button>
      </div>
      <RecoverySheet
        made={{ key: held, text: text.base64 }}
        words={text.words}
        projects={props.session.projects.map(({ name }) => name)}
      />
      <TypeBack {...props} text={text} />
    </div>
  );
}

function somePlaces(): number[] {
  const places = new Set<number>();
  while (places.size < askedWords) places.add((randomBytes(1)[0] as number) % 33);
  return [...places].sort((one, other) => one - other);
}

function TypeBack(props: { held: ContentKey; text: Text; done(): void }) {
  const { held, text } = props;
  const api = useApi();
  const client = useQueryClient();
  const { keyring } = useKeys();
  const list = useContentKeys();
  const [typed, setTyped] = useState<string[]>([]);
  const [state, setState] = useState<"typing" | "wrong" | "saving" | "right" | Error>("typing");
  const check = async (event: FormEvent) => {
    event.preventDefault();
    const right = text.asked.every(
      (place, index) => typed[index]?.trim().toLowerCase() === text.words[place],
    );
    if (!right) return setState("wrong");
    setState("saving");
    try {
      for (const project of list.data?.projects ?? []) {
        if (!project.keys.some(({ kid }) => kid === held.kid)) continue;
        await noteSheet(api, keyring, project.id, held.kid);
      }
      await client.invalidateQueries({ queryKey: ["content-keys"] });
      setState("right");
    } catch (error) {
      setState(error instanceof Error ? error : new Error(String(error)));
    }
  };
  if (state === "right") {
    return (
      <Notice
        kind="info"
        title="The sheet is right"
        actions={
          <button type="button" className="button" onClick={props.done}>
            Done
          </button>
        }
      >
        Everybody who reads this project sees that it was checked. With Done its words are gone
        from this page.
      </Notice>
    );
  }
  return (
    <form className="type-back" onSubmit={(event) => void check(event)}>
      {text.asked.map((place, index) => (
        <label className="field" key={place}>
          <span>Word {place + 1}</span>
          <input
            className="input mono"
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            value={typed[index] ?? ""}
            onChange={({ target }) =>
              setTyped(
                text.asked.map((_, at) => (at === index ? target.value : (typed[at] ?? ""))),
              )
            }
          />
        </label>
      ))}
      <button type="submit" className="button" disabled={state === "saving"}>
        Check the sheet
      </button>
      <p role="status" className="whole-line">
        {state === "wrong" && (
          <span className="field-problem">
            That is not what the sheet says. Read it again, or print another.
          </span>
        )}
        {state instanceof Error && (
          <span className="field-problem">
            The words are right, and the server has not noted it. {state.message}
          </span>
        )}
      </p>
    </form>
  );
}
