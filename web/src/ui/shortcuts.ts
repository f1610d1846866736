// Single-key shortcuts: never while somebody types, never with a modifier, and they can be switched
// off (WCAG 2.1.4), because speech input types letters that nobody meant as commands.

import { useEffect, useRef, useSyncExternalStore } from "react";

const name = "lp-shortcuts";
const changed = "lp:shortcuts";

function shortcutsOn(): boolean {
  return localStorage.getItem(name) !== "off";
}

export function switchShortcuts(on: boolean): void {
  if (on) localStorage.removeItem(name);
  else localStorage.setItem(name, "off");
  window.dispatchEvent(new Event(changed));
}

export function useShortcutsOn(): boolean {
  return useSyncExternalStore((listener) => {
    window.addEventListener(changed, listener);
    window.addEventListener("storage", listener);
    return () => {
      window.removeEventListener(changed, listener);
      window.removeEventListener("storage", listener);
    };
  }, shortcutsOn);
}

// The key, if this press may be a command at all. Esc goes back and is no single character: it
// works while typing and cannot be switched off.
export function shortcutOf(event: KeyboardEvent): string | undefined {
  if (event.defaultPrevented || event.isComposing || !event.isTrusted) return undefined;
  if (event.metaKey || event.ctrlKey || event.altKey) return undefined;
  if (document.querySelector("dialog[open]")) return undefined;
  if (event.key === "Escape") return event.key;
  return shortcutsOn() && !typing(event) ? event.key : undefined;
}

// Through shadow roots too: the editor lives in one.
function typing(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  if (!(target instanceof Element)) return false;
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

// A handler answers false when the key means nothing now, and is left to others then. Held keys
// repeat nothing. On the document, so that panels closer to the focus come first and the lists on
// the window last.
export function useShortcuts(handlers: Record<string, () => unknown>): void {
  const latest = useRef(handlers);
  latest.current = handlers;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const key = shortcutOf(event);
      if (key === undefined || event.repeat) return;
      const handler = Object.hasOwn(latest.current, key) ? latest.current[key] : undefined;
      if (handler && handler() !== false) event.preventDefault();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
}
