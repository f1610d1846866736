// A line of text and a choice, each under its own words.

export function Field(props: {
  label: string;
  value: string;
  max: number;
  example?: string;
  change(text: string): void;
}) {
  return (
    <label className="field">
      <span>{props.label}</span>
      <input
        className="input"
        value={props.value}
        maxLength={props.max}
        autoComplete="off"
        spellCheck={false}
        placeholder={props.example}
        onChange={(event) => props.change(event.target.value)}
      />
    </label>
  );
}

export function Choice(props: {
  label: string;
  value: string;
  options: [value: string, words: string][];
  choose(value: string): void;
}) {
  return (
    <label className="field">
      <span>{props.label}</span>
      <select
        className="input"
        value={props.value}
        onChange={(event) => props.choose(event.target.value)}
      >
        {props.options.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
