import { login } from "../api/client";
import { h } from "../dom";
import { notice } from "../notice";

/** Asks for the farm's token. */
export function loginDialog(done: () => void): HTMLElement {
  const token = h("input", { type: "password", id: "token", name: "token", autocomplete: "current-password", required: true });
  const form = h(
    "form",
    { class: "login" },
    h("h1", {}, "This farm asks for a token"),
    h("p", { class: "muted" }, "The one that you were given; the command line reads it from CLIPIG_TOKEN."),
    h("label", { for: "token" }, "Token"),
    token,
    h("button", { type: "submit", class: "primary" }, "Log in"),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    login(token.value)
      .then(done)
      .catch((error: unknown) => {
        notice(error instanceof Error ? error.message : String(error), "error");
        token.select();
      });
  });
  return form;
}
