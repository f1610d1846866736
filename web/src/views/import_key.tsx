import { type FormEvent, useState } from "react";
import { useKeys } from "../context";
import { importContentKey, readKeyText } from "../crypto/content_key";

export function ImportKey() {
  const { addContent } = useKeys();
  const [text, setText] = useState("");
  const [result, setResult] = useState<{ problem: string } | { words: string }>();
  const add = async (event: FormEvent) => {
    event.preventDefault();
    const read = readKeyText(text);
    if (!read.ok) {
      setResult({ problem: read.problem });
      return;
    }
    const key = await importContentKey(read.bytes, new Date().toISOString());
    await addContent(key);
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
          placeholder="base64 of 32 bytes, or the whole export line"
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
