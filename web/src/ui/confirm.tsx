// A button that asks once more before it does what cannot be taken back.

import { useState } from "react";

export function Confirm(props: {
  label: string;
  really: string;
  name?: string; // said to screen readers in place of `label`, where several stand on a page
  able: boolean;
  run(): void;
}) {
  const { label, really, name, able, run } = props;
  const [asked, setAsked] = useState(false);
  if (!asked) {
    return (
      <button
        type="button"
        className="button quiet"
        aria-label={name}
        onClick={() => setAsked(true)}
      >
        {label}
      </button>
    );
  }
  return (
    <span className="confirm">
      <button type="button" className="button" onClick={() => setAsked(false)}>
        Keep
      </button>
      <button
        type="button"
        className="button danger"
        disabled={!able}
        onClick={() => {
          setAsked(false);
          run();
        }}
      >
        {really}
      </button>
    </span>
  );
}
