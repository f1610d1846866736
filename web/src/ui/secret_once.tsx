// A secret that the server has told this once, and will not tell again.

import type { ReactNode } from "react";
import { CopyButton } from "./copy";
import { Notice } from "./notice";

export function SecretOnce(props: {
  title: string;
  secret: string;
  children?: ReactNode;
  done(): void;
}) {
  return (
    <Notice
      kind="info"
      title={props.title}
      actions={
        <>
          <CopyButton text={props.secret} what="secret" label="Copy the secret" />
          <button type="button" className="button" onClick={props.done}>
            Done
          </button>
        </>
      }
    >
      <code className="breakable">{props.secret}</code>
      {props.children}
    </Notice>
  );
}
