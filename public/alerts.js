// Alerts: sends the buttons below their messages without leaving the page, which is told anew by its own line
// (src/alerts/server/acts.rs); and looks back as one types in the form (src/alerts/pages/form.rs).
"use strict";
{
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !("alert" in form.dataset)) return;
    event.preventDefault();
    const said = form.querySelector("output");
    const place = form.closest("article")?.id;
    said.textContent = "…";
    try {
      const body = new URLSearchParams(new FormData(form, event.submitter));
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body, redirect: "manual", headers: { Accept: "application/json" } });
      // What was taken leads back to the message, where we are.
      const isTaken = answer.type === "opaqueredirect" || answer.ok;
      said.textContent = isTaken ? "" : ((await answer.json().catch(() => ({}))).message ?? "That didn't work. Try again in a moment.");
    } catch {
      said.textContent = "The server can't be reached. Check the connection and try again.";
    }
    // The message was made anew, and with it went the button that had the focus.
    setTimeout(() => {
      if (place && document.activeElement === document.body) document.getElementById(place)?.querySelector("button.do")?.focus();
    }, 500);
  });

  const form = document.getElementById("alert");
  if (form) {
    const preview = document.getElementById("preview");
    const has = (name) => form.elements[name].value.trim() !== "";
    const kind = () => {
      const test = form.elements.test.value;
      const isPrice = !["more", "fewer"].includes(test);
      return { isPrice, takesValue: test !== "stale", takesTime: !["above", "below", "spread"].includes(test) };
    };
    const fit = () => {
      const { isPrice, takesValue, takesTime } = kind();
      const shown = { price: isPrice, lines: !isPrice, value: takesValue, time: takesTime };
      for (const field of form.querySelectorAll("[data-for]")) field.hidden = !shown[field.dataset.for];
    };
    let due = null;
    let asking = null;
    const look = async () => {
      const { isPrice, takesValue } = kind();
      if ((isPrice && !has("symbol")) || (takesValue && !has("value"))) return;
      asking?.abort();
      asking = new AbortController();
      try {
        const asked = new FormData(form);
        // A webhook's address is a secret, and an address of ours is none.
        asked.delete("url");
        const answer = await fetch(`/alerts/preview?${new URLSearchParams(asked)}`, { signal: asking.signal });
        if (answer.ok) preview.innerHTML = await answer.text();
        // Too fast: the next look tells more.
        else if (answer.status !== 429) preview.textContent = "The last day can't be looked at now.";
      } catch {
        // Another look is under way, or the line is down: what is there stays.
      }
    };
    form.addEventListener("input", () => {
      fit();
      clearTimeout(due);
      due = setTimeout(look, 600);
    });
    fit();
  }
}
