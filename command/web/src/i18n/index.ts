import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { en } from "./en";
import { zh } from "./zh";

export type Language = "zh" | "en";

const KEPT_AS = "dockfleet.language";

function kept(): Language {
  try {
    return localStorage.getItem(KEPT_AS) === "en" ? "en" : "zh";
  } catch {
    return "zh"; // storage is barred in this browser
  }
}

export function startLanguage(): void {
  void i18next.use(initReactI18next).init({
    lng: kept(),
    fallbackLng: "zh",
    resources: { zh: { translation: zh }, en: { translation: en } },
    interpolation: { escapeValue: false }, // React escapes
    showSupportNotice: false,
  });
  label(kept());
}

export function setLanguage(language: Language): void {
  void i18next.changeLanguage(language);
  label(language);
  try {
    localStorage.setItem(KEPT_AS, language);
  } catch {
    // Storage is barred: the choice lasts as long as the page.
  }
}

function label(language: Language): void {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = i18next.t("app.title");
  const opening = document.querySelector("#root > .opening"); // as index.html has it, in Chinese
  if (opening !== null) opening.textContent = document.title;
}
