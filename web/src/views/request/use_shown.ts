import { type RefObject, useEffect, useMemo, useState } from "react";
import type { Opened } from "../../payload/open";
import {
  type Drawing,
  type Expected,
  expectedLeaves,
  type Shown,
  shownOf,
} from "../../payload/shown";

const drawn = ".payload [data-leaf], [data-meta] [data-leaf]";

// What of this payload is really on the page now, not what we meant to draw: approve waits until it
// is all that the parser found.
export function useShown(
  root: RefObject<HTMLElement | null>,
  opened: Opened | undefined,
): Shown | undefined {
  const [shown, setShown] = useState<Shown>();
  const expected = useMemo(() => {
    const parsed = opened?.state === "open" ? opened.parsed : undefined;
    return parsed?.ok ? expectedLeaves(parsed.root) : new Map();
  }, [opened]);
  useEffect(() => {
    const element = root.current;
    if (!element || opened?.state !== "open") {
      setShown(undefined);
      return;
    }
    const count = () => {
      const now = shownIn(element, expected);
      setShown((was) =>
        was && was.values === now.values && was.surplus === now.surplus ? was : now,
      );
    };
    count();
    // More rows, the rest of a long value, another view, or a text that somebody rewrites in place.
    // The clocks beside the payload are no reason to count.
    const observer = new MutationObserver((records) => {
      if (records.some(ofPayload)) count();
    });
    observer.observe(element, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
      attributeFilter: ["data-leaf", "hidden"],
    });
    element.addEventListener("toggle", count, true);
    return () => {
      observer.disconnect();
      element.removeEventListener("toggle", count, true);
    };
  }, [root, opened, expected]);
  return shown;
}

function ofPayload({ type, target }: MutationRecord): boolean {
  if (type === "childList" && target instanceof Element && target.querySelector("[data-leaf]")) {
    return true;
  }
  const element = target instanceof Element ? target : target.parentElement;
  return element?.closest(".payload, [data-meta]") !== null;
}

export function shownIn(element: HTMLElement, expected: Expected): Shown {
  return shownOf(expected, drawings(element));
}

function* drawings(element: HTMLElement): Generator<Drawing> {
  for (const leaf of element.querySelectorAll<HTMLElement>(drawn)) {
    if (leaf.closest("details.agent-says:not([open]), [hidden]")) continue;
    const pointer = leaf.dataset.leaf ?? "";
    const source = leaf.dataset.as === "source";
    // A fact's value comes first in its row; what is said about it follows.
    const value = source ? leaf : leaf.querySelector(".value");
    yield { pointer, text: value?.textContent ?? "", as: source ? "source" : "fact" };
  }
}
