import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import { switchUndo, useUndoAlways } from "../held";
import { switchShortcuts, useShortcutsOn } from "./shortcuts";

const groups: [string, [string[], string][]][] = [
  [
    "In the list",
    [
      [["j", "k"], "next and previous request"],
      [["Enter"], "open it"],
      [["x"], "select it, to decide several of one action together"],
      [["Shift", "j", "k"], "select the next or previous one too"],
      [["1", "5"], "now, mine, unassigned, needs thought, put off"],
    ],
  ],
  [
    "In a request",
    [
      [["a"], "approve: at low at once, at medium twice, above it opens the confirmation"],
      [["r"], "reject, with a reason"],
      [["n"], "not so: ask the agent for changes, where its client takes that"],
      [["e"], "edit what would run"],
      [["c"], "comment"],
      [["m"], "take it, or give it back"],
      [["s"], "put it off for an hour, or bring it back"],
      [["v"], "the exact text, and back to the facts"],
      [["z"], "undo an approval that is not signed yet"],
      [["Esc"], "back; a draft is kept"],
    ],
  ],
  [
    "In the reason of a rejection",
    [
      [["Enter"], "sends it"],
      [["Shift", "Enter"], "a new line"],
    ],
  ],
  ["Everywhere", [[["?"], "this list"]]],
];

export function ShortcutSheet({ close }: { close(): void }) {
  const sheet = useRef<HTMLDialogElement>(null);
  const on = useShortcutsOn();
  useEffect(() => {
    sheet.current?.showModal();
  }, []);
  return (
    <dialog ref={sheet} className="sheet" aria-labelledby="sheet-title" onClose={close}>
      <header className="section-head">
        <h2 id="sheet-title">Keyboard</h2>
        <button
          type="button"
          className="icon-button"
          aria-label="Close"
          onClick={() => sheet.current?.close()}
        >
          <X aria-hidden size={16} />
        </button>
      </header>
      {groups.map(([title, rows]) => (
        <section key={title} className="sheet-group">
          <h3>{title}</h3>
          <dl>
            {rows.map(([keys, meaning]) => (
              <div key={meaning}>
                <dt>
                  {keys.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <ShortcutSwitch on={on} />
      <UndoSwitch />
    </dialog>
  );
}

export function ShortcutSwitch({ on }: { on: boolean }) {
  return (
    <label className="switch">
      <input
        type="checkbox"
        checked={on}
        onChange={(event) => switchShortcuts(event.target.checked)}
      />
      <span>
        Single-key shortcuts
        <small>Off, letters do nothing; Tab, Enter and Esc always work.</small>
      </span>
    </label>
  );
}

function UndoSwitch() {
  const always = useUndoAlways();
  return (
    <label className="switch">
      <input
        type="checkbox"
        checked={always}
        onChange={(event) => switchUndo(event.target.checked)}
      />
      <span>
        Five seconds to undo at low, always
        <small>
          Off, only where no agent waits for the answer. Nothing is signed before they are over.
        </small>
      </span>
    </label>
  );
}
