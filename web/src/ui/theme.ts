// light, dark, or as the system says. Kept per browser.

export type Theme = "auto" | "light" | "dark";
const order: Theme[] = ["auto", "light", "dark"];

// Of a browser that keeps nothing, not even the theme: a page may be opened from a disk.
let unkept: Theme = "auto";

export function currentTheme(): Theme {
  try {
    const kept = localStorage.getItem("lp-theme") as Theme | null;
    return kept && order.includes(kept) ? kept : "auto";
  } catch {
    return unkept;
  }
}

export function applyTheme(theme: Theme = currentTheme()): void {
  document.documentElement.dataset.theme = theme;
}

export function nextTheme(): Theme {
  const next = order[(order.indexOf(currentTheme()) + 1) % order.length] ?? "auto";
  unkept = next;
  try {
    localStorage.setItem("lp-theme", next);
  } catch {
    // It lasts as long as the page.
  }
  applyTheme(next);
  return next;
}
