import { type RefObject, useEffect, useRef, useState } from "react";
import type { Opened } from "../../payload/open";

// What must have been in front of somebody before they can approve, whatever its level: rows that
// say to look twice, what a reading calls grave, what an edit changes.
const always = "[data-must-see]";
// Above medium that is every value, every piece of a long one, and the end.
const everything = [
  always,
  ".payload .fact",
  ".payload .text-piece",
  ".payload .source-line",
  ".payload-end",
].join(", ");

export interface Seen {
  left: number; // that have not been on screen; everything that must, until it was looked for
  next(): void; // brings the first of them there
}

// Remembers which parts of this payload have been on screen from their first line to their last,
// while the page was visible. Length must not push the dangerous part out of sight.
export function useSeen(
  root: RefObject<HTMLElement | null>,
  opened: Opened | undefined,
  all: boolean,
): Seen {
  const [left, setLeft] = useState<{ of: Opened; count: number }>();
  const watch = useRef<Watch>(undefined);
  useEffect(() => {
    const element = root.current;
    if (!element || opened?.state !== "open") return;
    const watching = new Watch(element, all ? everything : always, (count) => {
      setLeft((was) => (was?.of === opened && was.count === count ? was : { of: opened, count }));
    });
    watch.current = watching;
    return () => watching.stop();
  }, [root, opened, all]);
  const known = left !== undefined && left.of === opened;
  return {
    left: known ? left.count : Number.POSITIVE_INFINITY,
    next: () => watch.current?.next(),
  };
}

// Pixels that rounding may take from an edge.
const slack = 2;

interface Edges {
  top: boolean;
  bottom: boolean;
}

class Watch {
  private readonly waiting = new Map<Element, Edges>();
  private readonly seen = new WeakSet<Element>();
  private readonly near = new Set<Element>();
  private readonly intersections: IntersectionObserver;
  private readonly mutations: MutationObserver;
  private readonly root: HTMLElement;
  private readonly selector: string;
  private readonly tell: (left: number) => void;
  private frame = 0;

  constructor(root: HTMLElement, selector: string, tell: (left: number) => void) {
    this.root = root;
    this.selector = selector;
    this.tell = tell;
    this.intersections = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) this.near.add(target);
        else this.near.delete(target);
      }
      this.look();
    });
    this.mutations = new MutationObserver(() => this.soon());
    this.mutations.observe(root, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ["data-must-see", "hidden", "open"],
    });
    // Scrolling does not bubble, and what scrolls is within.
    root.addEventListener("scroll", this.soon, { capture: true, passive: true });
    window.addEventListener("resize", this.soon);
    this.collect();
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    this.intersections.disconnect();
    this.mutations.disconnect();
    this.root.removeEventListener("scroll", this.soon, { capture: true });
    window.removeEventListener("resize", this.soon);
  }

  next(): void {
    for (const element of this.root.querySelectorAll(this.selector)) {
      const edges = this.waiting.get(element);
      if (!edges) continue;
      element.closest("details:not([open])")?.setAttribute("open", "");
      const tab = element.closest("[hidden]")?.getAttribute("aria-labelledby");
      if (tab) document.getElementById(tab)?.click();
      const { top, bottom } = this.windowOf(element);
      const fits = element.getBoundingClientRect().height < bottom - top;
      element.scrollIntoView({ block: fits || !edges.top ? "start" : "end" });
      return;
    }
  }

  private readonly soon = (): void => {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.collect();
    });
  };

  private collect(): void {
    const now = new Set<Element>();
    for (const element of this.root.querySelectorAll(this.selector)) {
      // Another view stands for the values of a hidden one, and not for what says to look twice.
      if (!element.matches(always) && element.closest("[hidden]")) continue;
      now.add(element);
      if (this.seen.has(element) || this.waiting.has(element)) continue;
      this.waiting.set(element, { top: false, bottom: false });
      this.intersections.observe(element);
    }
    for (const element of this.waiting.keys()) if (!now.has(element)) this.forget(element);
    this.look();
  }

  private forget(element: Element): void {
    this.waiting.delete(element);
    this.near.delete(element);
    this.intersections.unobserve(element);
  }

  private look(): void {
    if (document.visibilityState === "visible")
      for (const element of this.near) this.mark(element);
    this.tell(this.waiting.size);
  }

  private mark(element: Element): void {
    const edges = this.waiting.get(element);
    if (!edges) return;
    const place = element.getBoundingClientRect();
    const window_ = this.windowOf(element);
    edges.top ||= place.top >= window_.top - slack && place.top <= window_.bottom;
    edges.bottom ||= place.bottom <= window_.bottom + slack && place.bottom >= window_.top;
    if (!edges.top || !edges.bottom) return;
    this.seen.add(element);
    this.forget(element);
  }

  // What shows the element: the part of the page that scrolls.
  private windowOf(element: Element): { top: number; bottom: number } {
    const { top, bottom } = (
      element.closest(".request-scroll") ?? this.root
    ).getBoundingClientRect();
    return { top: Math.max(0, top), bottom: Math.min(innerHeight, bottom) };
  }
}
