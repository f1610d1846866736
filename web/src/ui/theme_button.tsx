import { Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";
import { currentTheme, nextTheme } from "./theme";

export function ThemeButton() {
  const [theme, setTheme] = useState(currentTheme);
  const Icon = theme === "auto" ? Monitor : theme === "light" ? Sun : Moon;
  const word = { auto: "System theme", light: "Light theme", dark: "Dark theme" }[theme];
  return (
    <button
      type="button"
      className="rail-link"
      onClick={() => setTheme(nextTheme())}
      aria-label={`${word}. Change theme`}
    >
      <Icon aria-hidden size={17} />
      <span className="rail-word">{word}</span>
    </button>
  );
}
