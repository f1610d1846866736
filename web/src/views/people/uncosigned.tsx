// Keys that wait for a second owner, and where an owner vouches for one: with their own key, after
// comparing it with what its member sees.

import { useState } from "react";
import { type Cosignable, cosignKey, type Rosters } from "../../api/rosters";
import { useKeys } from "../../context";
import { Notice } from "../../ui/notice";
import { VisibleText } from "../../ui/visible_text";
import { KeyFingerprint } from "../proposal_words";
import { useAction } from "./use_action";

export function Uncosigned({ keys, rosters }: { keys: Cosignable[]; rosters: Rosters }) {
  return keys.map((key) => <UncosignedKey key={key.id} one={key} rosters={rosters} />);
}

function UncosignedKey({ one, rosters }: { one: Cosignable; rosters: Rosters }) {
  const [reading, setReading] = useState(false);
  const { pins } = useKeys().keyring;
  const action = useAction();
  const { name } = one;
  return (
    <Notice
      kind="info"
      title={
        <>
          A key of <VisibleText text={name} /> waits for a second owner
        </>
      }
      actions={
        reading ? (
          <>
            <button
              type="button"
              className="button primary"
              disabled={!action.able}
              onClick={() =>
                void action.run((api, key) => cosignKey(api, key, one, rosters, pins))
              }
            >
              They match: cosign
            </button>
            <button type="button" className="button" onClick={() => setReading(false)}>
              Not now
            </button>
          </>
        ) : (
          <button
            type="button"
            className="button"
            aria-label={`Compare and cosign the key of ${name}`}
            onClick={() => setReading(true)}
          >
            Compare and cosign
          </button>
        )
      }
    >
      {reading ? (
        <>
          <p>
            Ask <VisibleText text={name} /> face to face or by telephone to read out the words of
            their key. Cosign only if every one of them is the same.
          </p>
          <KeyFingerprint id={one.id} />
        </>
      ) : (
        <p>
          Only one owner has signed for it. In a team it counts at high and critical a day after
          it came, or at once when another owner cosigns it.
        </p>
      )}
      {action.problem && (
        <p className="field-problem" role="alert">
          {action.problem}
        </p>
      )}
    </Notice>
  );
}
