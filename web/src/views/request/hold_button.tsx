import { type MouseEvent, type ReactNode, useEffect, useRef, useState } from "react";

const holdMs = 600;

// Held for 600 ms it acts at once; a short press or a key asks for confirmation instead.
export function HoldButton(props: {
  className: string;
  disabled: boolean;
  hold: boolean;
  onHeld(): void;
  onPress(): void;
  children: ReactNode;
}) {
  const { disabled, hold } = props;
  const [holding, setHolding] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const acted = useRef(false);
  useEffect(() => () => clearTimeout(timer.current), []);
  const start = () => {
    acted.current = false;
    if (!hold || disabled) return;
    setHolding(true);
    timer.current = setTimeout(() => {
      acted.current = true;
      setHolding(false);
      props.onHeld();
    }, holdMs);
  };
  const stop = () => {
    clearTimeout(timer.current);
    setHolding(false);
  };
  const click = (event: MouseEvent) => {
    stop();
    if (!event.nativeEvent.isTrusted) return; // A script is nobody.
    // The click that follows a completed hold is its end, not another wish.
    if (!acted.current) props.onPress();
    acted.current = false;
  };
  return (
    <button
      type="button"
      className={holding ? `${props.className} holding` : props.className}
      disabled={disabled}
      data-opens="approve"
      title={hold ? "Hold, or press and confirm" : undefined}
      onPointerDown={(event) => event.button === 0 && start()}
      onPointerUp={stop}
      onPointerLeave={stop}
      onPointerCancel={stop}
      onContextMenu={(event) => hold && event.preventDefault()}
      onKeyDown={(event) => event.repeat && event.preventDefault()}
      onClick={click}
    >
      {props.children}
    </button>
  );
}
