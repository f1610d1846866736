// The page at /verify: a second entry beside the dashboard, without login, calls or storage but for
// the theme. The build also writes it as one file that can be kept and opened from a disk.

import { createRoot } from "react-dom/client";
import { Broken } from "./ui/broken";
import { Notice } from "./ui/notice";
import { applyTheme } from "./ui/theme";
import "./ui/verify.css";
import { VerifyPage } from "./views/verify/page";

applyTheme();
const root = createRoot(document.getElementById("root") as HTMLElement);

// Ed25519 is the youngest thing that is needed; a browser without it could call nothing valid.
async function canVerify(): Promise<boolean> {
  if (!globalThis.isSecureContext || !globalThis.crypto?.subtle) return false;
  const key = Uint8Array.from({ length: 32 }, (_, index) => (index === 0 ? 9 : 0));
  return crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]).then(
    () => true,
    (error: unknown) => !(error instanceof DOMException && error.name === "NotSupportedError"),
  );
}

const able = await canVerify();
root.render(
  able ? (
    <Broken>
      <VerifyPage />
    </Broken>
  ) : (
    <main className="page narrow">
      <Notice kind="problem" title="This browser cannot check receipts here">
        It needs WebCrypto with Ed25519 (Chromium 137, Firefox 129, Safari 17 or later) and an
        https address, localhost, or this page as a file on your disk.
      </Notice>
    </main>
  ),
);
