import { Paperclip } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { drawable, fileName, type Preview, previewOf } from "../../payload/attachments";
import { LongText } from "../../ui/long_text";
import { Notice } from "../../ui/notice";
import { VisibleText } from "../../ui/visible_text";
import { DoubtedText } from "./suspicions";
import type { AttachedFile, AttachmentsState, Standing } from "./use_attachments";

// The files that go with what would run. Nothing of them is executed here: text is drawn as text,
// a picture by the decoder of raster pictures onto a canvas, and everything else can be saved.
export function AttachmentsPanel({ attachments }: { attachments: AttachmentsState }) {
  const { files, problem, fetch } = attachments;
  if (files.length === 0 && !problem) return null;
  return (
    <section className="attachments" aria-labelledby="attachments-title">
      <h2 id="attachments-title">
        <Paperclip aria-hidden size={15} /> Attachments{" "}
        {files.length > 0 && <span className="count">{files.length}</span>}
      </h2>
      {problem && (
        <Notice kind="problem" title="The attachments are not those of this payload">
          <VisibleText text={problem} /> Reject it; the agent can ask again.
        </Notice>
      )}
      <ul className="attachment-list">
        {files.map((file) => (
          <FileItem key={file.listed.id} file={file} fetchIt={() => fetch(file.listed.id)} />
        ))}
      </ul>
    </section>
  );
}

function FileItem({ file, fetchIt }: { file: AttachedFile; fetchIt(): void }) {
  const { listed, standing } = file;
  const [shown, setShown] = useState(false);
  const preview = previewOf(listed);
  const blob = standing.state === "fits" ? standing.blob : undefined;
  return (
    <li className="attachment" data-attachment={listed.id} data-must-see translate="no">
      <div className="attachment-name">
        <DoubtedText text={listed.name} />
      </div>
      <div className="attachment-facts">
        <span className="mono">
          <VisibleText text={listed.type} />
        </span>
        <span>{sizeText(listed.size)}</span>
        {!preview && <span className="badge">not inspectable here</span>}
        <StandingText standing={standing} />
      </div>
      {(standing.state === "wrong" || standing.state === "failed") && (
        <p className="field-problem" role="alert">
          {standing.problem}
        </p>
      )}
      <div className="attachment-actions">
        {(standing.state === "unfetched" || standing.state === "failed") && (
          <button type="button" className="button" onClick={fetchIt}>
            Fetch and check ({sizeText(listed.size)})
          </button>
        )}
        {blob && preview && (
          <button type="button" className="button" onClick={() => setShown(!shown)}>
            {shown ? "Hide" : "Show"}
          </button>
        )}
        {blob && (
          <button type="button" className="button" onClick={() => save(blob, fileName(listed))}>
            Save
          </button>
        )}
      </div>
      {blob && preview && shown && <PreviewOf blob={blob} type={listed.type} as={preview} />}
    </li>
  );
}

function StandingText({ standing }: { standing: Standing }) {
  switch (standing.state) {
    case "waiting":
      return <span className="flag">not uploaded yet</span>;
    case "unfetched":
    case "failed":
      return <span className="flag">not checked yet</span>;
    case "fetching":
      return <span role="status">checking…</span>;
    case "wrong":
      return <span className="flag problem">not the file that the payload names</span>;
    case "fits":
      return <span className="attachment-fits">checked on this device</span>;
  }
}

function PreviewOf(props: { blob: Blob; type: string; as: Preview }) {
  return props.as === "text" ? <TextPreview {...props} /> : <PicturePreview {...props} />;
}

const textShownMax = 1 << 20;

function TextPreview({ blob }: { blob: Blob }) {
  const [text, setText] = useState<string | false>();
  useEffect(() => {
    let current = true;
    void textOf(blob).then((read) => current && setText(read ?? false));
    return () => {
      current = false;
    };
  }, [blob]);
  if (text === undefined) return null;
  if (text === false) return <p className="field-problem">This is not UTF-8 text.</p>;
  return (
    <>
      <pre className="source attachment-text">
        <LongText text={text} />
      </pre>
      {blob.size > textShownMax && (
        <p className="muted">
          {sizeText(blob.size - textShownMax)} more are not shown: save the file to read them.
        </p>
      )}
    </>
  );
}

async function textOf(blob: Blob): Promise<string | undefined> {
  const bytes = new Uint8Array(await blob.slice(0, textShownMax).arrayBuffer());
  try {
    // Of a file that is cut, the last character may be too.
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return decoder.decode(bytes, { stream: blob.size > textShownMax });
  } catch {
    return undefined;
  }
}

// Drawn, not embedded: the page's policy loads no picture from anywhere, and a canvas runs nothing.
function PicturePreview({ blob, type }: { blob: Blob; type: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [problem, setProblem] = useState(false);
  useEffect(() => {
    let current = true;
    drawing(blob, type).then(
      (picture) => {
        const element = canvas.current;
        if (current && element) {
          element.width = picture.width;
          element.height = picture.height;
          element.getContext("2d")?.drawImage(picture, 0, 0);
        }
        picture.close();
      },
      () => current && setProblem(true),
    );
    return () => {
      current = false;
    };
  }, [blob, type]);
  if (problem) {
    return (
      <p className="field-problem">This cannot be drawn as the picture that it says to be.</p>
    );
  }
  return (
    <canvas ref={canvas} className="attachment-picture" aria-label="The picture" role="img" />
  );
}

async function drawing(blob: Blob, type: string): Promise<ImageBitmap> {
  const head = new Uint8Array(await blob.slice(0, 1 << 18).arrayBuffer());
  if (!drawable(type, head)) throw new Error("not such a picture");
  return createImageBitmap(blob.slice(0, blob.size, type));
}

// As bytes that no program is named for: nothing opens by itself.
function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob.slice(0, blob.size, "application/octet-stream"));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
  const unit = bytes < 1 << 20 ? 1024 : 1 << 20;
  const text = (bytes / unit).toLocaleString("en", { maximumFractionDigits: 1 });
  return `${text} ${unit === 1024 ? "KiB" : "MiB"}`;
}
