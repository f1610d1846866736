import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { RequestPage, Session } from "../../api/types";
import { useApi } from "../../context";
import { Link, navigate } from "../../route";
import { Notice } from "../../ui/notice";
import { VisibleText } from "../../ui/visible_text";
import { ConnectAgent } from "./connect_agent";
import { KeyStep } from "./key_step";
import type { MadeKey } from "./made_key";
import { Steps } from "./steps";

export type FirstRunStep = "key" | "agent";

const lookAgainMs = 1500;

// What follows on becoming the owner. The text of a key that is made here lives in this component:
// it is there for the two steps that need it, and gone with them.
export function FirstRun({ session, step }: { session: Session; step: FirstRunStep }) {
  const [made, setMade] = useState<MadeKey>();
  const page = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each step begins at its top.
  useEffect(() => {
    page.current?.scrollIntoView();
  }, [step]);
  useLeaveGuard(made !== undefined);
  return (
    <main className="page narrow first-run" ref={page}>
      <img src="/icon.svg" alt="" width={36} height={36} />
      {step === "key" ? (
        <>
          <Steps at={2} />
          <KeyStep
            made={made}
            setMade={setMade}
            projects={session.projects.map((project) => project.name)}
            next={() => navigate("/setup?step=agent", "replace")}
          />
        </>
      ) : (
        <AgentStep session={session} keyText={made?.text ?? ""} />
      )}
    </main>
  );
}

function AgentStep({ session, keyText }: { session: Session; keyText: string }) {
  const api = useApi();
  const first = useQuery({
    queryKey: ["requests", "first"],
    queryFn: () => api.get<RequestPage>("/api/review/requests?state=all&limit=1"),
    refetchInterval: ({ state }) => (state.data?.requests.length ? false : lookAgainMs),
  });
  const request = first.data?.requests[0];
  return (
    <>
      <Steps at={request ? 4 : 3} />
      <h1>Connect your agent</h1>
      <div role="status" className="arrival">
        {request ? (
          <Notice
            kind="info"
            title="Your first request is here"
            actions={
              <Link href={`/requests/${request.id}`} className="button primary">
                Open it
              </Link>
            }
          >
            <VisibleText text={request.agent.name} /> asks for{" "}
            <b>
              <VisibleText text={request.service} /> / <VisibleText text={request.action} />
            </b>
            .
          </Notice>
        ) : (
          <p className="waiting-line">
            <span aria-hidden className="pulse" /> Waiting for the first request. It appears here
            by itself.
          </p>
        )}
      </div>
      <ConnectAgent session={session} keyText={keyText} />
      <Link href="/" className="button quiet">
        Go to the inbox
      </Link>
    </>
  );
}

// A closed tab takes the key's text with it.
function useLeaveGuard(on: boolean): void {
  useEffect(() => {
    if (!on) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [on]);
}
