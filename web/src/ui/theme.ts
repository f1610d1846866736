// light, dark, or as the system says. Kept per browser.

export type Theme = "auto" | "light" | "dark";
const order: Theme[] = ["auto", "light", "dark"];

export function currentTheme(): Theme {
  const kept = localStorage.getItem("lp-theme") as Theme | null;
  return kept && order.includes(kept) ? kept : "auto";
}

export function applyTheme(theme: Theme = currentTheme()): void {
  document.documentElement.dataset.theme = theme;
}

export function nextTheme(): Theme {
  const next = order[(order.indexOf(currentTheme()) + 1) % order.length] ?? "auto";
  localStorage.setItem("lp-theme", next);
  applyTheme(next);
  return next;
}
