import { Component, type ReactNode } from "react";
import { Notice } from "./notice";

// When drawing fails, most often because the server was updated under an open page and a part of
// the old page is no longer there. Nothing half drawn stays: it might look like something to
// decide.
export class Broken extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <main className="page narrow">
        <Notice
          kind="problem"
          title="This page broke"
          alert
          actions={
            <button type="button" className="button" onClick={() => location.reload()}>
              Reload
            </button>
          }
        >
          Perhaps the server was updated while the page was open. Nothing was signed or sent.
          <p className="mono muted">{error.message}</p>
        </Notice>
      </main>
    );
  }
}
