import { Download } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Brand } from "../../ui/brand";
import { CopyButton } from "../../ui/copy";
import { Notice } from "../../ui/notice";
import { ThemeButton } from "../../ui/theme_button";
import { VisibleText } from "../../ui/visible_text";
import { Intake } from "./intake";
import { Many } from "./many";
import {
  type Checked,
  checkAll,
  type Dropped,
  looksLikeTrust,
  readTrustFile,
  type TrustFile,
} from "./reading";
import { Result } from "./result";

interface Outcome {
  name: string;
  checked: Checked[];
}

export function VerifyPage() {
  const [receipt, setReceipt] = useState<Dropped>();
  const [trust, setTrust] = useState<TrustFile[]>([]);
  const [problem, setProblem] = useState<string>();
  const { outcome, busy } = useOutcome(receipt, trust, setProblem);

  const take = async (files: Dropped[]) => {
    setProblem(undefined);
    for (const file of files) {
      if (!looksLikeTrust(file.bytes)) setReceipt(file);
      else await takeTrust(file);
    }
  };
  const takeTrust = async (file: Dropped) => {
    const read = await readTrustFile(file);
    if (typeof read === "string") setProblem(`${file.name} is no trust file: ${read}.`);
    else setTrust((kept) => [...kept.filter((t) => t.trust.origin !== read.trust.origin), read]);
  };

  return (
    <div className="verify">
      <header className="verify-head">
        <Brand />
        <ThemeButton />
      </header>
      <main className="page">
        <h1>Check a receipt</h1>
        <p className="verify-lead">
          A receipt proves that an event – most often, that people approved what an agent wanted
          to do – stands in a tamper-evident log. It is checked here, in your browser: this page
          can send nothing anywhere and also works offline.
        </p>
        <Intake
          receipt={receipt}
          trust={trust}
          take={take}
          takeTrust={takeTrust}
          forget={setTrust}
        />
        {problem && (
          <Notice kind="problem" title="That could not be read" alert>
            <VisibleText text={problem} />
          </Notice>
        )}
        <p className="verify-busy" role="status">
          {busy}
        </p>
        {outcome && <Results outcome={outcome} trusted={trust.length > 0} />}
        <About />
      </main>
    </div>
  );
}

function useOutcome(
  receipt: Dropped | undefined,
  trust: TrustFile[],
  fail: (problem: string) => void,
): { outcome: Outcome | undefined; busy: string } {
  const [outcome, setOutcome] = useState<Outcome>();
  const [busy, setBusy] = useState("");
  const failed = useRef(fail);
  useEffect(() => {
    if (!receipt) return;
    let current = true;
    setOutcome(undefined);
    const progress = (done: number, of: number) => {
      if (current) setBusy(`Checked ${done} of ${of}`);
    };
    const keys = trust.map((file) => file.trust);
    void checkAll(receipt, keys, progress).then((checked) => {
      if (!current) return;
      setBusy("");
      if (typeof checked === "string") failed.current(checked);
      else setOutcome({ name: receipt.name, checked });
    });
    return () => {
      current = false;
    };
  }, [receipt, trust]);
  return { outcome, busy };
}

function Results({ outcome, trusted }: { outcome: Outcome; trusted: boolean }) {
  const [only] = outcome.checked;
  if (outcome.checked.length === 1 && only) return <Result checked={only} trusted={trusted} />;
  return <Many checked={outcome.checked} trusted={trusted} />;
}

// The page as one file: the build writes its hash into the page that the server hands out, and the
// file itself has none.
function About() {
  const hash = document.querySelector<HTMLMetaElement>('meta[name="lp-verify-file"]')?.content;
  return (
    <section className="verify-about" aria-labelledby="about-page">
      <h2 id="about-page">Why believe this page?</h2>
      {hash ? (
        <>
          <p>
            It came from the server whose receipts it checks. To be independent of that server,
            keep the page as a file and compare its SHA-256 with the one in the release notes, or
            use the programs <code>letsping-verify</code> for the terminal, Python or Node: they
            are written apart and held to the same cases.
          </p>
          <p>
            <a className="button" href="/verify.html" download="letsping-verify.html">
              <Download aria-hidden size={15} /> Keep this page as one file
            </a>
          </p>
          <p className="muted">
            Its SHA-256: <code className="breakable">{hash}</code>{" "}
            <CopyButton text={hash} what="SHA-256 of the file" />
          </p>
        </>
      ) : (
        <p>
          This is the page as one file. Compare its SHA-256 with the one in the release notes;
          then it does not matter where you got it from.
        </p>
      )}
    </section>
  );
}
