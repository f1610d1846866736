import type { KeyboardEvent } from "react";

// Enter sends what was written, Shift and Enter begin a line. Not while a word is being composed,
// nor while the key is held: what is sent takes effect.
export function sendOnEnter(send: () => void): (event: KeyboardEvent) => void {
  return (event) => {
    const composing = event.nativeEvent.isComposing;
    if (event.key === "Enter" && !event.shiftKey && !event.repeat && !composing) {
      event.preventDefault();
      send();
    }
  };
}
