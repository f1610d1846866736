import { Notice } from "./notice";

// In the place of what could not be loaded.
export function Unread({ what, again }: { what: string; again(): void }) {
  return (
    <Notice
      kind="warning"
      title={`${what} could not be loaded`}
      actions={
        <button type="button" className="button" onClick={again}>
          Try again
        </button>
      }
    >
      The server does not answer, or not with what this page understands.
    </Notice>
  );
}
