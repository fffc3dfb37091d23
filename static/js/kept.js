// What is typed into a form with data-keep="name" is kept in this tab until it is saved, so that a reload, an error or a
// sign-in on the way loses nothing. Forms that hold guests aren't kept. Other hooks, inside such a form:
// data-unsaved    where it says that what is typed isn't saved, and why
// data-saved      in what a save in passing answers: it is saved
// data-keep-as    the form's new name, such as that of a draft after its first save
// data-drop-kept  a link that gives up what was typed
(() => {
  "use strict";

  const KEPT = "kept:";
  const SENT = "sent:";
  const NOT_TYPED = ["csrfmiddlewaretoken", "seen", "seen_now", "uuid", "act", "q"];
  const WHY = {
    403: "your role doesn’t allow it any more",
    404: "it was deleted meanwhile",
    429: "that was too much at once",
  };
  const STAYS = "It stays in this tab";
  const OFFLINE = `you are offline. ${STAYS}, and is saved when you are back`;

  const forms = () => [...document.querySelectorAll("form[data-keep]")];
  const formOf = (event) => event.target.closest?.("form[data-keep]");
  const nameOf = (form) => form.querySelector("[data-keep-as]")?.dataset.keepAs || form.dataset.keep;
  const isKept = (form) => sessionStorage.getItem(KEPT + nameOf(form)) !== null;
  const isChoice = (field) => /radio|checkbox/.test(field.type);
  const fieldsOf = (form) =>
    [...form.elements].filter(({ name, type }) => name && !/submit|file|password/.test(type) && !NOT_TYPED.includes(name));
  const typedIn = (form) =>
    JSON.stringify(fieldsOf(form).map((field) => [field.name, isChoice(field) ? field.checked : field.value]));
  const drop = (form) => {
    for (const name of [nameOf(form), form.dataset.keep]) sessionStorage.removeItem(KEPT + name);
  };

  // Says beside the fields why they aren't saved; "" once they are. Nothing looks saved that isn't.
  const tell = (form, why) => {
    const line = form.querySelector("[data-unsaved]");
    if (!line) return;
    line.hidden = !why;
    line.textContent = why && `Not saved: ${why}.`;
  };
  const mayLookSaved = (form, may) => form.querySelector("#saved .badge.ok")?.toggleAttribute("hidden", !may);

  const putBack = (form) => {
    const kept = JSON.parse(sessionStorage.getItem(KEPT + nameOf(form)) || "[]");
    const fields = fieldsOf(form);
    // Where the page has other fields now, nothing is put into the wrong ones.
    const fits = kept.length === fields.length && kept.every(([name], at) => name === fields[at].name);
    if (!fits || typedIn(form) === JSON.stringify(kept)) return drop(form);
    for (const [at, [, value]] of kept.entries()) fields[at][isChoice(fields[at]) ? "checked" : "value"] = value;
    tell(form, "this is what you typed here before");
    form.dispatchEvent(new Event("input", { bubbles: true }));
  };

  document.addEventListener("input", (event) => {
    const form = formOf(event);
    if (!form) return;
    sessionStorage.setItem(KEPT + nameOf(form), typedIn(form));
    mayLookSaved(form, false);
    if (!navigator.onLine) tell(form, OFFLINE);
  });

  // Saves in passing.
  const asked = new WeakMap();
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.requestConfig.verb === "post" && formOf(event);
    if (form) asked.set(event.detail.xhr, { id: form.id, sent: typedIn(form) });
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { xhr } = event.detail;
    const { id, sent } = asked.get(xhr) ?? {};
    const form = id && document.getElementById(id);
    if (!form) return;
    if (xhr.status === 200 && xhr.responseText.includes("data-saved")) {
      if (typedIn(form) === sent || !isKept(form)) drop(form);
      tell(form, "");
    } else if (xhr.status === 0) tell(form, navigator.onLine ? `the portal can’t be reached. ${STAYS}` : OFFLINE);
    else if (xhr.status < 400 || xhr.status === 409 || xhr.status === 422) tell(form, "");
    else tell(form, `${WHY[xhr.status] || "something went wrong in the portal"}. ${STAYS}`);
  });
  window.addEventListener("offline", () => forms().filter(isKept).forEach((form) => tell(form, OFFLINE)));
  window.addEventListener("online", () => {
    for (const form of forms().filter(isKept)) form.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // What was sent and led to another page is saved; on the way through a sign-in it isn't yet.
  document.addEventListener("submit", (event) => {
    const form = formOf(event);
    if (form) sessionStorage.setItem(SENT + nameOf(form), "");
    if (event.target.action.endsWith("/logout/")) sessionStorage.clear();
  }, true);
  const dropSent = () => {
    const here = forms().map(nameOf);
    for (const key of Object.keys(sessionStorage).filter((one) => one.startsWith(SENT))) {
      sessionStorage.removeItem(key);
      const name = key.slice(SENT.length);
      if (!here.includes(name)) sessionStorage.removeItem(KEPT + name);
    }
  };
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-drop-kept]")) forms().forEach(drop);
  });
  document.addEventListener("DOMContentLoaded", () => {
    if (!location.pathname.startsWith("/account/")) dropSent();
    forms().forEach(putBack);
  });
})();
