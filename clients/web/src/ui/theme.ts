// Light, dark, or as the system has it.

import { read, write } from "../store/session.js";

export type Theme = "auto" | "light" | "dark";
export const themes: Theme[] = ["auto", "light", "dark"];

const KEY = "longlink.theme";

export function theme(): Theme {
  const kept = read(KEY);
  return themes.find((known) => known === kept) ?? "auto";
}

export function setTheme(chosen: Theme): void {
  write(KEY, chosen === "auto" ? undefined : chosen);
  applyTheme();
}

export function applyTheme(): void {
  const chosen = theme();
  if (chosen === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = chosen;
}
