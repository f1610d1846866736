// One of the things that follow a decision, and whether it has happened.

import { Check, Circle, X } from "lucide-react";
import type { ReactNode } from "react";

export function Step(props: {
  done: boolean;
  verdict?: string;
  title: string;
  children: ReactNode;
}) {
  const Icon = props.verdict === "reject" ? X : Check;
  return (
    <li className={props.done ? "done" : "open"}>
      <span className="step-mark" aria-hidden>
        {props.done ? <Icon size={13} /> : <Circle size={9} />}
      </span>
      <span>
        <b>{props.title}</b> <span className="step-text">{props.children}</span>
      </span>
    </li>
  );
}
