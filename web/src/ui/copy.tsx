import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";

export function CopyButton({ text, what }: { text: string; what: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => void navigator.clipboard.writeText(text).then(() => setCopied(true));
  return (
    <button
      type="button"
      className="icon-button"
      onClick={copy}
      aria-label={copied ? `Copied ${what}` : `Copy ${what}`}
      title={copied ? "Copied" : `Copy ${what}`}
    >
      {copied ? <Check aria-hidden size={14} /> : <Copy aria-hidden size={14} />}
    </button>
  );
}
