import { type RefObject, useEffect, useState } from "react";
import type { Opened } from "../../payload/open";

// Counts the leaves of the payload that are really on the page, not those that we meant to draw:
// approve waits until it equals what the parser counted.
export function useShown(
  root: RefObject<HTMLElement | null>,
  opened: Opened | undefined,
): number | undefined {
  const [shown, setShown] = useState<number>();
  useEffect(() => {
    const element = root.current;
    if (!element || opened?.state !== "open") {
      setShown(undefined);
      return;
    }
    const count = () => {
      const leaves = element.querySelectorAll(".payload [data-leaf], [data-meta] [data-leaf]");
      const visible = [...leaves].filter(
        (leaf) => !leaf.closest("details.agent-says:not([open])"),
      );
      setShown(visible.length);
    };
    count();
    // More rows, or the rest of a long value.
    const observer = new MutationObserver(count);
    observer.observe(element, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ["data-leaf"],
    });
    element.addEventListener("toggle", count, true);
    return () => {
      observer.disconnect();
      element.removeEventListener("toggle", count, true);
    };
  }, [root, opened]);
  return shown;
}

// True once the end of this payload has been on screen, for as long as it is this one. Length must
// not push the dangerous part out of sight.
export function useReachedEnd(
  end: RefObject<HTMLDivElement | null>,
  opened: Opened | undefined,
): boolean {
  const [reached, setReached] = useState<Opened>();
  useEffect(() => {
    const element = end.current;
    if (!element || opened?.state !== "open") return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) setReached(opened);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [end, opened]);
  return opened !== undefined && reached === opened;
}
