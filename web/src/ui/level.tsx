import type { Level } from "../api/types";

// Colour, word and pattern: no level is told by colour alone.
export function LevelMark({ level }: { level: Level }) {
  return (
    <span className={`level ${level}`}>
      <span aria-hidden className="level-bar" />
      {level}
    </span>
  );
}
