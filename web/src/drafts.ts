// Edits that people have begun and not sent, by request. They are plaintext, so they live in this
// page's memory and nowhere else: moving about in the dashboard and a lost connection keep them,
// signing out drops them, and leaving the page asks first.

import { createContext, useContext, useEffect } from "react";

export interface KeptDraft {
  base: string; // the payload's exact text that it began from
  text: string; // as in the editor
}

export class Drafts {
  private readonly kept = new Map<string, KeptDraft>();

  of(request: string): KeptDraft | undefined {
    return this.kept.get(request);
  }

  keep(request: string, draft: KeptDraft): void {
    this.kept.set(request, draft);
  }

  drop(request: string): void {
    this.kept.delete(request);
  }

  clear(): void {
    this.kept.clear();
  }

  get any(): boolean {
    return this.kept.size > 0;
  }
}

const DraftsContext = createContext(new Drafts());
export const useDrafts = () => useContext(DraftsContext);

export function useDraftGuard(): void {
  const drafts = useDrafts();
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (drafts.any) event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [drafts]);
}
