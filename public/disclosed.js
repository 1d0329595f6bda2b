// The lists that open over a room's bar close as one expects of them: with Esc, by a press elsewhere, and when one goes
// where they lead.
const open = () => document.querySelectorAll(".bar details[open]");

addEventListener("pointerdown", ({ target }) => {
  for (const list of open()) if (!list.contains(target)) list.open = false;
});

// Before anything else that Esc does.
addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape") return;
    for (const list of open()) {
      if (list.contains(document.activeElement)) list.querySelector("summary").focus();
      list.open = false;
      event.stopPropagation();
    }
  },
  true,
);

const left = ({ target }) => {
  const list = target.closest(".bar details[open]");
  if (list && target.closest("a, form")) setTimeout(() => (list.open = false));
};
addEventListener("click", (event) => event.target.closest?.("a") && left(event));
addEventListener("submit", left);
