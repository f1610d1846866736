import { type FormEvent, useState } from "react";
import { useKeys } from "../context";
import { readKeyText } from "../crypto/content_key";
import { wordsToKey } from "../crypto/key_words";

// What an environment holds, or what a recovery sheet says, in characters or in words.
async function readKey(text: string) {
  if (/^\s*[a-z]+(?:[\s,-]+[a-z]+){5,}\s*$/i.test(text)) return wordsToKey(text);
  const read = readKeyText(text);
  return read.ok ? read.bytes : read.problem;
}

export function ImportKey() {
  const { takeContent } = useKeys();
  const [text, setText] = useState("");
  const [result, setResult] = useState<{ problem: string } | { words: string }>();
  const add = async (event: FormEvent) => {
    event.preventDefault();
    const read = await readKey(text);
    if (typeof read === "string") {
      setResult({ problem: read });
      return;
    }
    const key = await takeContent(read, new Date().toISOString());
    setText("");
    setResult({ words: key.words });
  };
  const problem = result && "problem" in result ? result.problem : undefined;
  return (
    <form className="import" onSubmit={(event) => void add(event)}>
      <label className="field">
        <span>Add a content key</span>
        <input
          className="input mono"
          type="password"
          autoComplete="off"
          placeholder="base64 of 32 bytes, the export line, or the words of a sheet"
          value={text}
          onChange={(event) => setText(event.target.value)}
          aria-invalid={problem !== undefined}
          aria-describedby="import-result"
        />
      </label>
      <button type="submit" className="button" disabled={text === ""}>
        Add key
      </button>
      <p id="import-result" role="status">
        {problem && <span className="field-problem">{problem}</span>}
        {result && "words" in result && (
          <span>
            Added <b className="words">{result.words}</b>. The text you pasted is gone from this
            page.
          </span>
        )}
      </p>
    </form>
  );
}
