import { useShortcutsOn } from "./shortcuts";

// The key that presses a button, where there is a keyboard to press it with.
export function KeyHint({ name }: { name: string }) {
  const on = useShortcutsOn();
  return on ? (
    <kbd className="key-hint" aria-hidden>
      {name}
    </kbd>
  ) : null;
}
