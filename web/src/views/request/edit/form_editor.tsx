import { type CSSProperties, useEffect, useId, useMemo, useState } from "react";
import {
  type Field,
  formOf,
  isNumber,
  nodeAt,
  textSource,
  withValue,
} from "../../../payload/form";
import { type ParsedNode, parse } from "../../../payload/parse";
import { drawnText } from "../../../payload/visible";
import { VisibleText } from "../../../ui/visible_text";

// The draft as a form. What a field holds that is no value yet stays in the field, and nothing can
// be reviewed until it is one.
export function FormEditor(props: {
  text: string;
  original: ParsedNode;
  schema: ParsedNode | undefined;
  onText(text: string): void;
  onUnfinished(count: number): void;
}) {
  const { text, original, schema, onText, onUnfinished } = props;
  const parsed = useMemo(() => parse(text), [text]);
  const root = parsed.ok ? parsed.root : undefined;
  const form = useMemo(() => root && formOf(root, schema), [root, schema]);
  const [unfinished, setUnfinished] = useState<ReadonlyMap<string, string>>(new Map());
  useEffect(() => {
    onUnfinished(unfinished.size);
    return () => onUnfinished(0);
  }, [unfinished, onUnfinished]);
  if (!form) {
    return (
      <p className="muted">The text has a mistake. The form is back when it is JSON again.</p>
    );
  }
  const keep = (pointer: string, typed: string | undefined) => {
    const next = new Map(unfinished);
    if (typed === undefined) next.delete(pointer);
    else next.set(pointer, typed);
    setUnfinished(next);
  };
  const write = (field: Field, source: string) => {
    keep(field.node.pointer, undefined);
    onText(withValue(text, field.node, source));
  };
  return (
    <div className="form">
      {form.fields.map((field) => (
        <FormField
          key={field.node.pointer}
          field={field}
          typed={unfinished.get(field.node.pointer)}
          original={nodeAt(original, field.path)}
          write={(source) => write(field, source)}
          hold={(typed) => keep(field.node.pointer, typed)}
        />
      ))}
      <p className="muted edit-note">
        {form.more > 0 && `${form.more.toLocaleString("en")} more values are not in this form. `}
        Adding, removing and other types: in the JSON view. The bytes of a field that you leave
        alone stay as they are.
      </p>
    </div>
  );
}

interface FormFieldProps {
  field: Field;
  typed: string | undefined;
  original: ParsedNode | undefined;
  write(source: string): void;
  hold(typed: string): void;
}

function FormField(props: FormFieldProps) {
  const { field, typed } = props;
  const { path, title, description, why } = field;
  const id = useId();
  const indent = { "--depth": Math.min(Math.max(0, path.length - 1), 6) } as CSSProperties;
  const name = <FieldName path={path} />;
  return (
    <div className="form-field" style={indent}>
      {field.kind === "fixed" ? (
        <p className="form-name">{name}</p>
      ) : (
        <label htmlFor={id}>{name}</label>
      )}
      {(title !== undefined || description !== undefined) && (
        <p className="agent-words">
          The agent's schema says:{" "}
          <VisibleText text={[title, description].filter(Boolean).join(". ")} />
        </p>
      )}
      <Control {...props} id={id} />
      {typed !== undefined && (
        <p className="field-problem" id={`${id}-problem`}>
          This is no JSON number, such as 12, -3.5 or 1e3.
        </p>
      )}
      {why !== undefined && <p className="muted">{why} Change it in the JSON view.</p>}
    </div>
  );
}

function FieldName({ path }: { path: Field["path"] }) {
  if (path.length === 0) return "the payload";
  const words = path.map((step) => (typeof step === "number" ? `#${step + 1}` : step));
  return <VisibleText text={words.join(" › ")} />;
}

function Control(props: FormFieldProps & { id: string }) {
  const { field, typed, original, id } = props;
  const { node, options = [] } = field;
  if (field.kind === "text" && node.kind === "string") {
    return (
      <textarea
        id={id}
        className="input mono"
        rows={Math.min(12, node.value.split("\n").length + Math.floor(node.value.length / 90))}
        autoCapitalize="off"
        spellCheck={false}
        value={node.value}
        onChange={(event) => props.write(textSource(event.target.value, original))}
      />
    );
  }
  if (field.kind === "number") {
    return (
      <input
        id={id}
        className="input mono"
        inputMode="decimal"
        autoComplete="off"
        aria-invalid={typed !== undefined}
        aria-describedby={typed === undefined ? undefined : `${id}-problem`}
        value={typed ?? node.source}
        onChange={({ target: { value } }) =>
          isNumber(value) ? props.write(value) : props.hold(value)
        }
      />
    );
  }
  if (field.kind === "choice") {
    const chosen = options.findIndex((option) => option.source === node.source);
    return (
      <select
        id={id}
        className="select mono"
        value={chosen}
        onChange={({ target: { value } }) => {
          const option = options[Number(value)];
          if (option) props.write(option.source);
        }}
      >
        {chosen < 0 && <option value={-1}>{drawnText(node.source)}</option>}
        {options.map((option, index) => (
          <option key={option.source} value={index}>
            {drawnText(option.source)}
          </option>
        ))}
      </select>
    );
  }
  return (
    <div className="fixed value">
      <VisibleText text={node.source.slice(0, 400)} />
      {node.source.length > 400 && <span className="muted"> … and more</span>}
    </div>
  );
}
