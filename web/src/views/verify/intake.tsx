import { FileCheck, FileText, ShieldCheck, X } from "lucide-react";
import { type DragEvent, type ReactNode, useId, useState } from "react";
import { VisibleText } from "../../ui/visible_text";
import { type Dropped, fileBytesMax, type TrustFile } from "./reading";

interface Props {
  receipt: Dropped | undefined;
  trust: TrustFile[];
  take(files: Dropped[]): Promise<void>;
  takeTrust(file: Dropped): Promise<void>;
  forget(kept: TrustFile[]): void;
}

// Both files may be dropped on either half: which is which shows in what they hold.
export function Intake({ receipt, trust, take, takeTrust, forget }: Props) {
  return (
    <div className="intake">
      <Slot
        icon={<FileText aria-hidden size={18} />}
        title="Receipt"
        hint="One receipt, or many, one to a line."
        take={take}
        paste={(file) => take([file])}
      >
        {receipt && (
          <p className="taken">
            <FileCheck aria-hidden size={15} /> <VisibleText text={receipt.name} />
          </p>
        )}
      </Slot>
      <Slot
        icon={<ShieldCheck aria-hidden size={18} />}
        title="Trust file"
        hint="Whose keys you trust. It must reach you on a way that the server does not control."
        take={take}
        paste={takeTrust}
      >
        {trust.map((file) => (
          <p className="taken" key={file.trust.origin}>
            <FileCheck aria-hidden size={15} />
            <span className="taken-name">
              <VisibleText text={file.name} />
              <span className="muted mono breakable">
                <VisibleText text={file.trust.origin} />
              </span>
            </span>
            <button
              type="button"
              className="icon-button"
              aria-label={`Take ${file.name} away`}
              onClick={() => forget(trust.filter((kept) => kept !== file))}
            >
              <X aria-hidden size={15} />
            </button>
          </p>
        ))}
      </Slot>
    </div>
  );
}

function Slot(props: {
  icon: ReactNode;
  title: string;
  hint: string;
  take(files: Dropped[]): Promise<void>;
  paste(file: Dropped): Promise<void>;
  children: ReactNode;
}) {
  const [over, setOver] = useState(false);
  const [pasting, setPasting] = useState(false);
  const [problem, setProblem] = useState("");
  const id = useId();
  const files = async (list: FileList | null) => {
    const big = Array.from(list ?? []).find((file) => file.size > fileBytesMax);
    setProblem(big ? `${big.name} is larger than 64 MiB; split it.` : "");
    if (!list || big) return;
    const read = Array.from(list, async (file) => ({
      name: file.name,
      bytes: new Uint8Array(await file.arrayBuffer()),
    }));
    await props.take(await Promise.all(read));
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void files(event.dataTransfer.files);
  };
  return (
    <section
      className={over ? "slot over" : "slot"}
      aria-labelledby={`${id}-title`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <h2 id={`${id}-title`}>
        {props.icon} {props.title}
      </h2>
      <p className="muted">{props.hint}</p>
      <div className="slot-ways">
        <label className="button" htmlFor={`${id}-file`}>
          Choose a file
        </label>
        <input
          id={`${id}-file`}
          className="file-input"
          type="file"
          multiple
          aria-label={`${props.title}: choose a file`}
          onChange={(event) => {
            void files(event.target.files);
            event.target.value = ""; // The same file may be chosen again.
          }}
        />
        <button
          type="button"
          className="button"
          aria-expanded={pasting}
          onClick={() => setPasting(!pasting)}
        >
          Paste
        </button>
        <span className="muted slot-drop">or drop it here</span>
      </div>
      {pasting && (
        <Paste title={props.title} done={() => setPasting(false)} paste={props.paste} />
      )}
      {problem && (
        <p className="field-problem" role="alert">
          {problem}
        </p>
      )}
      {props.children}
    </section>
  );
}

function Paste(props: { title: string; done(): void; paste(file: Dropped): Promise<void> }) {
  const [text, setText] = useState("");
  const use = async () => {
    const bytes = new TextEncoder().encode(text.trim()) as Dropped["bytes"];
    await props.paste({ name: "pasted text", bytes });
    props.done();
  };
  return (
    <div className="paste">
      <textarea
        className="input mono"
        rows={5}
        spellCheck={false}
        aria-label={`${props.title} as text`}
        placeholder={'{"…'}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <button
        type="button"
        className="button primary"
        disabled={text.trim() === ""}
        onClick={() => void use()}
      >
        Use this text
      </button>
    </div>
  );
}
