import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";

// The server's Permissions-Policy denies the asynchronous clipboard to every page, this one too;
// the older command is bound to the user's press and needs no permission.
function copyText(text: string): boolean {
  const put = (event: ClipboardEvent) => {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
  };
  document.addEventListener("copy", put, { once: true });
  const done = document.execCommand("copy");
  document.removeEventListener("copy", put);
  return done;
}

// With a label it is a button of its own, else an icon beside what it copies.
export function CopyButton(props: { text: string; what: string; label?: string }) {
  const { text, what, label } = props;
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => setCopied(copyText(text));
  return (
    <button
      type="button"
      className={label ? "button" : "icon-button"}
      onClick={copy}
      aria-label={label ? undefined : copied ? `Copied ${what}` : `Copy ${what}`}
      title={copied ? "Copied" : `Copy ${what}`}
    >
      {copied ? <Check aria-hidden size={14} /> : <Copy aria-hidden size={14} />}
      {label && (copied ? "Copied" : label)}
    </button>
  );
}
