import { kidWords } from "../../crypto/content_key";
import type { Opened } from "../../payload/open";
import { Notice } from "../../ui/notice";
import { ImportKey } from "../import_key";
import { OwnWords } from "../keys/wanted_here";

// Why the payload is not in front of you, and what to do about it.
export function KeyState({ opened, pending }: { opened: Opened; pending: boolean }) {
  if (opened.state === "open") return null;
  if (opened.state === "tampered") {
    return (
      <Notice kind="problem" title="This payload has been changed" alert>
        {opened.problem}{" "}
        {pending && "Reject it, and find out who can write to the server's storage."}
      </Notice>
    );
  }
  if (opened.state === "withheld") {
    return (
      <Notice kind="info" title="Only reviewers read this payload">
        It reached the server in clear, and the server gives it to those who decide. Your role
        sees that it was asked, and how it ended.
      </Notice>
    );
  }
  const kid = opened.envelope?.kid;
  return (
    <>
      <Notice
        kind="warning"
        title={
          opened.state === "no_key"
            ? "This browser has no content key"
            : "None of your content keys opens this request"
        }
      >
        {kid ? (
          <>
            It is encrypted with the key <b className="words">{kidWords(kid)}</b>.{" "}
          </>
        ) : (
          "The agent that asked encrypted it, without naming the key. "
        )}
        {opened.state === "wrong_key" && (
          <>
            This browser holds{" "}
            {opened.held.map((key, index) => (
              <span key={key.kid}>
                {index > 0 && ", "}
                <b className="words">{key.words}</b>
              </span>
            ))}
            .{" "}
          </>
        )}
        Add the LETSPING_ENCRYPTION_KEY of that agent, or have somebody hand the key over who
        holds it: <OwnWords />
        They find your wish under Keys and devices.
        {pending && " Until then you can only reject, unseen."}
      </Notice>
      <ImportKey />
    </>
  );
}
