// A form with data-keep is asked about one thing at a time. What is pressed or typed while an answer is under way isn't
// lost, even if the answer replaces that button or field: it counts for the one that took its place.
// data-place, data-was    on a part that moves: its place on this page, and on the page that was sent
(() => {
  "use strict";

  const NEAR = 10; // pixels between pressing and letting go

  const formOf = (element) => element?.closest?.("form[data-keep]");
  const nowOf = (form) => (form.isConnected ? form : document.getElementById(form.id));
  const valueOf = (field) => (/radio|checkbox/.test(field.type) ? field.checked : field.value);
  const keyOf = ({ name, type, value }) => (type === "submit" ? value : name); // each has the digit of its place
  const find = (form, key) => [...(form?.elements ?? [])].find((one) => keyOf(one) === key);

  // What stands for an element now, or nothing once its part is gone.
  const heirOf = (form, element) => {
    if (element.isConnected) return element;
    const part = element.closest("[data-place]");
    if (!part) return find(nowOf(form), keyOf(element));
    const moved = nowOf(form)?.querySelector(`[data-was="${part.dataset.place}"]`);
    return moved && find(nowOf(form), keyOf(element).replace(/\d/, moved.dataset.place));
  };

  let asked = null; // what is under way: xhr, form, and each field with its value as sent
  let typed = []; // fields that its answer is about to replace, as they are now
  let active = null; // the field in which somebody is then
  const acts = []; // what waits for the answer

  document.addEventListener("htmx:confirm", (event) => {
    const { elt, issueRequest, triggeringEvent } = event.detail;
    if (!asked || !formOf(elt)) return;
    event.preventDefault();
    acts.push({ form: formOf(elt), elt, issueRequest, type: triggeringEvent?.type });
  });

  const act = ({ form, elt, issueRequest, type }) => {
    const heir = heirOf(form, elt);
    if (heir === elt) issueRequest(true);
    else if (type === "click") heir?.click();
    else heir?.dispatchEvent(new Event(type, { bubbles: true }));
  };
  const actOn = () => {
    asked = null;
    while (acts.length && !asked) act(acts.shift());
  };

  document.addEventListener("htmx:beforeRequest", ({ detail: { elt, xhr } }) => {
    const form = formOf(elt);
    if (form) asked = { xhr, form, sent: [...form.elements].map((field) => [field, valueOf(field)]) };
  });

  document.addEventListener("htmx:beforeSwap", ({ detail: { xhr } }) => {
    if (asked?.xhr !== xhr) return;
    typed = asked.sent.filter(([field, value]) => valueOf(field) !== value).map(([field]) => [field, valueOf(field)]);
    active = [...asked.form.elements].find((one) => one.matches("input:focus, textarea:focus"));
  });

  const putBack = (form, [field, value]) => {
    const heir = !field.isConnected && heirOf(form, field);
    if (!heir) return;
    heir[typeof value === "boolean" ? "checked" : "value"] = value;
    heir.dispatchEvent(new Event("input", { bubbles: true }));
  };
  document.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
    if (asked?.xhr !== xhr) return;
    const { form } = asked;
    typed.forEach((one) => putBack(form, one));
    if (active) heirOf(form, active)?.focus();
    [typed, active] = [[], null];
    if (pressed) pressed.swapped = true;
    queueMicrotask(actOn); // htmx ends the request first.
  });

  // Whoever presses a button that a swap replaces or moves before they let go has pressed it.
  let pressed = null;
  document.addEventListener("pointerdown", ({ target, clientX, clientY }) => {
    const button = formOf(target) && target.closest("button");
    pressed = button && { button, form: formOf(button), clientX, clientY };
  });
  document.addEventListener("pointercancel", () => (pressed = null));
  document.addEventListener("pointerup", ({ target, clientX, clientY }) => {
    const { button, form, swapped, ...from } = pressed ?? {};
    pressed = null;
    if (!swapped || Math.hypot(clientX - from.clientX, clientY - from.clientY) > NEAR) return;
    const heir = heirOf(form, button);
    if (heir !== button || !button.contains(target)) heir?.click();
  });
})();
