declare module "virtual:language" {
  import type { Language } from "./language/language";
  const language: Language;
  export default language;
}
