// A field that offers what could be meant: the list is the server's, as it is for every field (src/ui/options.rs).

/**
 * Has `field` offer what `/options/{kind}` answers, in the list that its `aria-controls` names. What is taken by a press or
 * by Enter is sent at once. Returns what closes the list.
 */
export function offer(field, kind) {
  const list = document.getElementById(field.getAttribute("aria-controls"));
  const options = () => [...list.querySelectorAll("[role=option]")];
  let question = 0;

  function fill(html) {
    list.innerHTML = html;
    field.setAttribute("aria-expanded", options().length > 0);
    choose(null);
  }
  function choose(option) {
    for (const other of options()) other.removeAttribute("aria-selected");
    field.removeAttribute("aria-activedescendant");
    if (!option) return;
    option.id = `symbol-${options().indexOf(option)}`;
    option.setAttribute("aria-selected", "true");
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }
  function close() {
    question++;
    fill("");
  }
  function take(option) {
    field.value = option.dataset.text ?? option.textContent;
    close();
  }
  function send(option) {
    take(option);
    field.form.requestSubmit();
  }

  field.addEventListener("input", async () => {
    const mine = ++question;
    if (!field.value.trim()) return close();
    await new Promise((paused) => setTimeout(paused, 100));
    if (mine !== question) return;
    const url = `/options/${kind}?q=${encodeURIComponent(field.value)}`;
    const answer = await fetch(url, { signal: AbortSignal.timeout(5e3) }).catch(() => null);
    const html = answer?.ok ? await answer.text() : "";
    if (mine === question) fill(html);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const all = options();
    if (!all.length) return;
    const at = all.findIndex((option) => option.hasAttribute("aria-selected"));
    if (event.key === "ArrowDown") choose(all[(at + 1) % all.length]);
    else if (event.key === "ArrowUp") choose(all.at(at < 0 ? -1 : (at - 1 + all.length) % all.length));
    // What is typed stands as it is until something is chosen.
    else if (event.key === "Enter" && at >= 0) send(all[at]);
    else if (event.key === "Tab" && at >= 0) take(all[at]);
    else if (event.key === "Escape") {
      close();
      event.stopPropagation();
    } else return;
    event.preventDefault();
  });
  field.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => {
    const option = target.closest("[role=option]");
    if (option) send(option);
  });
  return close;
}
