// Forms that are sent with a passkey's answer: data-passkey="create" makes one, "get" uses one.
// Expects: #passkey-options, a field named credential, and [data-passkey-failed] in the form.
(() => {
  "use strict";

  const options = JSON.parse(document.getElementById("passkey-options").textContent);
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const act = form.dataset.passkey;
    if (!act) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy") === "true") return;
    form.setAttribute("aria-busy", "true");
    const failed = form.querySelector("[data-passkey-failed]");
    failed.hidden = true;
    try {
      const asked = act === "create" ? options.creation_options : options.request_options;
      form.elements.credential.value = JSON.stringify(await webauthnJSON[act](asked));
      form.submit();
    } catch {
      // Cancelled, timed out, or a device without passkeys: all the same to who wants to go on.
      failed.hidden = false;
      form.removeAttribute("aria-busy");
    }
  });
})();
