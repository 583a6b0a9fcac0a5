const KEY = "clipig.theme";

const system = matchMedia("(prefers-color-scheme: dark)");

/** Shows light or dark as chosen, else as the system says. Charts draw themselves anew on the event `themechange`. */
export function applyTheme(): void {
  const chosen = read();
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset["theme"] = chosen;
  else delete document.documentElement.dataset["theme"];
  dispatchEvent(new Event("themechange"));
}

export function watchTheme(): void {
  system.addEventListener("change", applyTheme);
  applyTheme();
}

export function isDark(): boolean {
  const chosen = document.documentElement.dataset["theme"];
  return chosen === undefined ? system.matches : chosen === "dark";
}

export function toggleTheme(): void {
  const wanted = isDark() ? "light" : "dark";
  try {
    localStorage.setItem(KEY, wanted);
  } catch {
    // The browser keeps nothing; the choice holds as long as the page.
  }
  document.documentElement.dataset["theme"] = wanted;
  dispatchEvent(new Event("themechange"));
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
