// What is typed before something critical is approved: the number that the program shows which
// asked, where it waits; else a value of the payload.

import { type ReactNode, useEffect, useMemo, useState } from "react";
import type { Detail } from "../../api/types";
import type { Parsed } from "../../payload/parse";
import { type Significant, significant } from "../../payload/significant";
import { Notice } from "../../ui/notice";
import { VisibleText } from "../../ui/visible_text";

const triesMost = 3;

export interface Counterpart {
  right: boolean; // as far as this browser can tell: a number is compared by the server alone
  number: string | undefined; // to be sent
  field: ReactNode;
}

export function useCounterpart(detail: Detail, parsed: Parsed, sending: boolean): Counterpart {
  const [number, setNumber] = useState("");
  const [typed, setTyped] = useState("");
  const value = useMemo(() => significant(parsed), [parsed]);
  // One that was refused is not sent again by mistake.
  useEffect(() => {
    if (!sending) setNumber("");
  }, [sending]);
  if (detail.level !== "critical") return { right: true, number: undefined, field: null };
  if (detail.number_match) {
    return {
      right: /^[0-9]{3}$/.test(number),
      number,
      field: <NumberField detail={detail} number={number} setNumber={setNumber} />,
    };
  }
  return {
    right: typed === (value?.text ?? detail.action),
    number: undefined,
    field: <ValueField value={value} action={detail.action} typed={typed} setTyped={setTyped} />,
  };
}

function NumberField(props: { detail: Detail; number: string; setNumber(number: string): void }) {
  const { number, setNumber } = props;
  const left = props.detail.number_tries_left ?? triesMost;
  return (
    <label className="field number-match">
      <span>Type the number that the program shows which asked</span>
      <input
        className="input mono"
        value={number}
        inputMode="numeric"
        autoComplete="off"
        spellCheck={false}
        maxLength={3}
        placeholder="three digits"
        onChange={(event) => setNumber(event.target.value.replace(/[^0-9]/g, ""))}
      />
      <small>
        Read it where the program runs: in its terminal, editor or chat. If it shows none, you are
        not looking at the program that waits for this: do not approve it.
      </small>
      <small role="status">
        {left === triesMost ? (
          `${left} tries left.`
        ) : (
          <b>
            {left === 1 ? "1 try left" : `${left} tries left`}; after that, this version can only
            be rejected.
          </b>
        )}
      </small>
    </label>
  );
}

function ValueField(props: {
  value: Significant | undefined;
  action: string;
  typed: string;
  setTyped(text: string): void;
}) {
  const { value, action, typed, setTyped } = props;
  return (
    <label className="field">
      {value ? (
        <span>
          Type the value of{" "}
          <b className="mono">
            <VisibleText text={value.name} />
          </b>
          , as it is shown, to approve
        </span>
      ) : (
        <span>
          Type{" "}
          <b className="mono">
            <VisibleText text={action} />
          </b>{" "}
          to approve
        </span>
      )}
      <input
        className="input mono"
        value={typed}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
      />
      <small>Compared in this browser; not sent.</small>
    </label>
  );
}

export function NumberLocked({ detail }: { detail: Detail }) {
  if (detail.state !== "pending" || detail.number_tries_left !== 0) return null;
  return (
    <Notice kind="warning" title="This version cannot be approved any more">
      Three numbers were wrong that reviewers typed for the one that the program shows. Reject it,
      or have its agent send another version. If none of you typed them, somebody else tried to
      approve it: look at the sessions of this project's reviewers.
    </Notice>
  );
}
