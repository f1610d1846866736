import { CircleAlert, Info, OctagonAlert } from "lucide-react";
import type { ReactNode } from "react";

// Says what happened and what to do, where it happened. `alert` speaks at once to screen readers.
export function Notice(props: {
  kind: "info" | "warning" | "problem";
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  alert?: boolean;
}) {
  const Icon =
    props.kind === "info" ? Info : props.kind === "warning" ? CircleAlert : OctagonAlert;
  return (
    <div className={`notice ${props.kind}`} role={props.alert ? "alert" : undefined}>
      <Icon aria-hidden size={17} />
      <div className="notice-text">
        <strong>{props.title}</strong>
        {props.children && <div>{props.children}</div>}
        {props.actions && <div className="notice-actions">{props.actions}</div>}
      </div>
    </div>
  );
}
