// Small comforts on top of pages that work without any of them. Hooks are data-* attributes only:
// data-drop         a file field that also takes a dropped file, with data-chosen inside
// data-poll         an htmx request that waits while nobody looks at the page: hx-trigger="every 3s, look"
// data-title        in swapped content: the page's new title
// data-announce     in swapped content: a sentence for screen readers
// data-focus        in swapped content: takes the focus, unless somebody types elsewhere
// data-copy         a button that copies its value
// data-once         a form whose second submit is ignored (not for downloads: the page stays)
// data-menu         a <details> that closes by Escape or a click outside
// data-escape       the link that Escape follows from inside its row or form
// data-hide-broken  an image that steps aside when it can't be loaded
(() => {
  "use strict";

  const within = (element, hook) => (element.matches?.(hook) ? element : element.querySelector?.(hook));

  // Tells those who listen; trouble is shown as well, until a request gets through.
  const say = (text, trouble = false) => {
    const region = document.getElementById("announcer");
    region.className = trouble ? "toast" : "vh";
    if (region.textContent !== text) region.textContent = text;
  };

  // Files.
  const inWords = (bytes) =>
    bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
  const showChosen = (zone) => {
    const input = zone.querySelector("input[type=file]");
    const line = zone.querySelector("[data-chosen]");
    if (!line) return;
    const file = input.files[0];
    const tooLarge = file?.size > Number(input.dataset.most || Infinity);
    line.textContent = file ? `${file.name} (${inWords(file.size)})` : "";
    if (tooLarge) line.textContent += ": too large. Split it into several lists.";
  };
  const zoneOf = (event) => event.target.closest?.("[data-drop]");
  const carriesFile = (event) => event.dataTransfer.types.includes("Files");
  let over = null;
  const mark = (zone) => {
    if (over && over !== zone) over.classList.remove("over");
    over = zone;
    zone?.classList.add("over");
  };
  document.addEventListener("dragover", (event) => {
    if (!carriesFile(event)) return;
    // A file that misses the zone must not replace the page.
    event.preventDefault();
    mark(zoneOf(event));
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) mark(null);
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    mark(null);
    const input = zoneOf(event)?.querySelector("input[type=file]");
    if (!input || !event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  // What was wrong with a field isn't said any more once it holds something else.
  const forgive = (field) => {
    field.classList.remove("wrong");
    field.querySelector(".errorlist")?.remove();
    field.querySelector("[aria-invalid]")?.removeAttribute("aria-invalid");
  };
  const forgiven = (event) => {
    const wrong = event.target.closest?.(".wrong");
    if (wrong) forgive(wrong);
  };
  // At the first sign: once the field is left for a button, the button would move away from under the click.
  document.addEventListener("input", forgiven);
  document.addEventListener("change", (event) => {
    forgiven(event);
    const zone = event.target.matches("input[type=file]") && zoneOf(event);
    if (zone) showChosen(zone);
  });

  // Menus, copying, Escape.
  document.addEventListener("click", async (event) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      say("Copied");
      button.querySelector("span").textContent = "Copied";
    } catch {
      say("Your browser did not allow copying. Select the text instead.");
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.target.closest?.("tr, form")?.querySelector("[data-escape]")?.click();
    const menu = event.target.closest?.("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // Forms that are sent once.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!("once" in form.dataset)) return;
    if (form.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    form.setAttribute("aria-busy", "true");
  }, true);
  // A page that comes back from the browser's memory is usable again, and looks how things stand now.
  window.addEventListener("pageshow", (event) => {
    for (const form of document.querySelectorAll("form[data-once]")) form.removeAttribute("aria-busy");
    if (event.persisted) lookNow();
  });

  // A poll waits while nobody looks, and four times as long as the last one took: a slow portal is asked less often.
  const addressOf = (poll) => poll.getAttribute("hx-get").split("?")[0]; // The version after it changes.
  const polls = new Map(); // address -> when it was asked, and until when it rests
  document.addEventListener("htmx:beforeRequest", (event) => {
    const poll = event.detail.elt;
    if (!poll.matches("[data-poll]")) return;
    const address = addressOf(poll);
    const unseen = document.hidden || !(poll.checkVisibility?.() ?? true);
    if (unseen || Date.now() < polls.get(address)?.rest) event.preventDefault();
    else polls.set(address, { asked: Date.now() });
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, successful } = event.detail;
    elt.closest?.("form[data-once]")?.removeAttribute("aria-busy");
    if (successful && document.querySelector("#announcer.toast") && !event.detail.xhr.getResponseHeader("HX-Redirect")) say("");
    const poll = elt.matches?.("[data-poll]") && polls.get(addressOf(elt));
    if (!poll) return;
    const pause = 4 * (Date.now() - poll.asked);
    poll.rest = Date.now() + (successful ? pause : Math.max(10_000, pause));
  });
  let lastNews = "";
  const lookNow = () => {
    if (document.hidden || !window.htmx) return;
    polls.clear();
    for (const element of document.querySelectorAll("[data-poll]")) window.htmx.trigger(element, "look");
  };
  document.addEventListener("visibilitychange", lookNow);

  // A poll that finds the session over takes no page away in which somebody types.
  const signedOut = "You were signed out. Send or copy what you typed; then sign in again.";
  let typed = false;
  document.addEventListener("input", () => (typed = true));
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { elt, xhr } = event.detail;
    if (!typed || !elt.matches("[data-poll]") || !xhr.getResponseHeader("HX-Redirect")) return;
    event.preventDefault();
    say(signedOut, true);
  });

  // Trouble on the way.
  const offline = "You are offline. What was started goes on without you; this page shows how things stood.";
  const unreachable = "The portal can’t be reached. Look at your connection, then try again.";
  window.addEventListener("offline", () => say(offline, true));
  window.addEventListener("online", () => {
    say("You are online again.");
    lookNow();
  });
  document.addEventListener("htmx:sendError", () => say(navigator.onLine ? unreachable : offline, true));
  const failed = "That didn’t work. Reload the page and try again.";
  const tooMuch = "That was too much at once. Wait a moment, then try again.";
  document.addEventListener("htmx:responseError", (event) => {
    say(event.detail.xhr.status === 429 ? tooMuch : failed, true);
  });

  // What is new on the page. Buttons that need this script stay hidden without it.
  const prepare = (root) => {
    for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
    root.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
    for (const image of root.querySelectorAll("img[data-hide-broken]")) {
      if (image.complete && !image.naturalWidth) image.hidden = true;
    }
  };
  document.addEventListener("error", (event) => {
    if (event.target.matches?.("img[data-hide-broken]")) event.target.hidden = true;
  }, true);
  document.addEventListener("DOMContentLoaded", () => prepare(document));
  document.addEventListener("htmx:afterSettle", (event) => {
    const titled = document.querySelector("[data-title]");
    if (titled) document.title = titled.dataset.title;
    const told = within(event.target, "[data-announce]");
    if (told) say(told.dataset.announce);
  });
  document.addEventListener("htmx:load", (event) => {
    const loaded = event.detail.elt;
    prepare(loaded);
    const target = within(loaded, "[data-focus]");
    const typesIn = document.activeElement?.matches("input, textarea, select") && document.activeElement;
    // Whoever types elsewhere keeps the focus.
    if (target && (!typesIn || loaded.contains(typesIn)) && loaded !== document.body) target.focus();
    // What is new here is new in the dock as well.
    const news = loaded.matches?.("[data-title]") && loaded.dataset.announce;
    if (news && news !== lastNews) lookNow();
    lastNews = news || lastNews;
  });
})();
