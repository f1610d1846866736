import { Check } from "lucide-react";

const steps = ["You", "Content key", "Your agent", "First request"] as const;

// Where somebody stands between an empty server and a first decision.
export function Steps({ at }: { at: 1 | 2 | 3 | 4 }) {
  return (
    <ol className="stepper" aria-label="Progress">
      {steps.map((name, index) => {
        const number = index + 1;
        const state = number < at ? "done" : number === at ? "current" : "ahead";
        return (
          <li key={name} className={state} aria-current={number === at ? "step" : undefined}>
            <span className="stepper-mark" aria-hidden>
              {state === "done" ? <Check size={13} /> : number}
            </span>
            <span className="stepper-name">
              {name}
              {state === "done" && <span className="sr"> done</span>}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
