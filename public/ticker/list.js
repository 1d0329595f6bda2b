// The list that is shown, and what one changes about it: by pointer, by keyboard, and as others change it.
import { name } from "./board.js";
import { moved } from "./figures.js";
import { offer } from "./offers.js";
import { Undo } from "./undo.js";

const byId = (id) => document.getElementById(id);
const YEAR = 365 * 24 * 3600;

/** Keeps something for this browser, where the server finds it when it renders the next page. */
function keep(what, value) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `squawkbox_${what}=${value}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
}

/** Asks a server function; its answer, or nothing and why in `wrong`. */
async function ask(path, body) {
  const headers = body instanceof URLSearchParams ? {} : { "Content-Type": "application/json" };
  const sent = body instanceof URLSearchParams ? body : JSON.stringify(body);
  try {
    // What was asked for is done, also when one goes to another page meanwhile.
    const sending = { method: "POST", headers, body: sent, keepalive: true, signal: AbortSignal.timeout(15e3) };
    const answer = await fetch(`/do/${path}`, sending);
    if (answer.ok) return { answer: await answer.json() };
    const said = Object.values(await answer.json())[0];
    return { wrong: typeof said === "string" && said.length > 1 ? said : "That was not kept. Load the page again." };
  } catch {
    return { wrong: "The server can't be reached. Check the connection and try again." };
  }
}

/** The lists that one sees, and which of them `panel` shows. */
export class Lists {
  /** None while they aren't known yet. */
  seen = null;
  #panel;
  #edits = 0;
  #asking = false;
  #again = false;
  #undo = new Undo(byId("watch-wrong"), () => byId("watch-add").focus());

  constructor(panel) {
    this.#panel = panel;
    this.chosen = Number(panel.table.dataset.list) || null;
    this.#choosing();
    this.#adding();
    this.#columns();
    this.#rows();
    this.refresh();
  }

  /** The shown list; nothing when everything is shown. */
  get list() {
    return this.seen?.lists.find(({ id }) => id === this.chosen);
  }

  /** Why a symbol isn't watched, by its name. */
  get refused() {
    return new Map(this.seen?.refused.map(([key, why]) => [name(key), why]));
  }

  /** Asks for them anew, once however often it is wanted meanwhile. */
  async refresh() {
    if (this.#asking) return void (this.#again = true);
    this.#asking = true;
    const { answer } = await ask("watchlists", {});
    this.#asking = false;
    // What is being changed is not overtaken by what was before.
    if (answer && !this.#edits && answer.version >= (this.seen?.version ?? 0)) {
      this.seen = answer;
      if (this.chosen && !this.list) this.#choose(null);
      this.#options();
      this.#panel.draw();
    }
    const again = this.#again;
    this.#again = false;
    if (again) this.refresh();
    else if (!answer) setTimeout(() => this.refresh(), 5e3);
  }

  // --- which ---

  #choosing() {
    const select = this.#panel.root.querySelector("select");
    select.value = this.chosen ?? "";
    select.addEventListener("change", () => {
      this.#choose(Number(select.value) || null);
      this.#panel.draw();
    });
  }

  #choose(id) {
    this.chosen = id;
    this.#undo.close();
    keep("list", id ?? "");
    this.#panel.sort = null;
    this.#open(false);
  }

  /** The choice, as lists come, go and change their names. */
  #options() {
    const select = this.#panel.root.querySelector("select");
    for (const [at, group] of [...select.querySelectorAll("optgroup")].entries()) {
      const lists = this.seen.lists.filter(({ team }) => team === (at === 1));
      group.replaceChildren(...lists.map(({ id, name }) => new Option(name, id)));
      group.hidden = !lists.length;
    }
    select.value = this.chosen ?? "";
  }

  // --- what is on it ---

  /** Says in words what became of something, to those who don't see it. */
  #tell(words) {
    byId("watch-told").textContent = words;
  }

  #wrong(words) {
    const place = byId("watch-wrong");
    place.textContent = words ?? "";
    place.hidden = !words;
  }

  /** Has the server change the list; `entries` are what is to be shown meanwhile. */
  async #edit(what, fields, entries) {
    const { list } = this;
    if (!list) return false;
    this.#undo.close();
    if (entries) {
      list.entries = entries;
      this.#panel.draw();
    }
    this.#edits++;
    const { wrong } = await ask(what, new URLSearchParams({ list: list.id, ...fields }));
    this.#edits--;
    this.#wrong(wrong);
    this.refresh();
    return !wrong;
  }

  #open(open) {
    const button = byId("watch-add");
    button.setAttribute("aria-expanded", open);
    byId("adding").hidden = !open;
    this.#panel.table.classList.toggle("editing", open);
    if (!open) this.#wrong();
  }

  #adding() {
    const [form, button] = [byId("adding"), byId("watch-add")];
    const field = form.querySelector("input");
    const close = offer(field, "symbols");
    button.addEventListener("click", () => {
      this.#open(form.hidden);
      if (!form.hidden) field.focus();
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      close();
      const symbol = field.value.trim();
      if (!symbol || !(await this.#edit("add_to_list", { symbol }))) return;
      field.value = "";
      this.#tell(`${symbol} added`);
    });
    form.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape") return;
      this.#open(false);
      button.focus();
    });
  }

  #remove(row) {
    const { list } = this;
    const at = list.entries.findIndex((key) => name(key) === name(row.key));
    if (at < 0) return;
    const place = this.#panel.order.indexOf(name(row.key));
    const focused = row.root.contains(document.activeElement);
    this.#edit("remove_from_list", row.key, list.entries.toSpliced(at, 1));
    if (focused && !this.#panel.focus(place)) byId("watch-add").focus();
    this.#undo.offer(`Removed ${row.key.symbol}.`, () => this.#restore(list.id, row.key, at));
  }

  /** Puts a symbol back on its list, where it was. */
  async #restore(id, key, at) {
    if (this.list?.id !== id) return;
    const entries = this.list.entries.toSpliced(at, 0, key);
    this.#tell(`${key.symbol} is back, place ${Math.min(at, entries.length - 1) + 1} of ${entries.length}`);
    await this.#edit("add_to_list", { ...key, to: at }, entries);
    this.#panel.focus(this.#panel.order.indexOf(name(key)));
  }

  #move(row, to) {
    const { list } = this;
    const from = list.entries.findIndex((key) => name(key) === name(row.key));
    const last = list.entries.length - 1;
    to = Math.min(Math.max(to, 0), last);
    if (from < 0 || from === to) return;
    this.#edit("move_in_list", { ...row.key, to }, moved(list.entries, from, to));
    this.#tell(`${row.key.symbol}, place ${to + 1} of ${last + 1}`);
  }

  /** The list stands in its own order, so that a row can be moved. */
  get #movable() {
    return !!this.list && !this.#panel.sort;
  }

  #rows() {
    const { body, watch } = this.#panel;
    const rowOf = (target) => this.#panel.rowOf(target.closest?.("tr.q"));
    body.addEventListener("click", ({ target }) => {
      if (target.closest(".edits button")) this.#remove(rowOf(target));
    });
    watch.addEventListener("keydown", (event) => {
      const { key, shiftKey, altKey, ctrlKey, metaKey } = event;
      if ((ctrlKey || metaKey) && !shiftKey && key === "z" && this.#undo.take()) return event.preventDefault();
      if (altKey || ctrlKey || metaKey || event.target.closest("thead")) return;
      const row = rowOf(event.target);
      const { order } = this.#panel;
      const at = row ? order.indexOf(name(row.key)) : -1;
      const step = { ArrowDown: 1, ArrowUp: -1 }[key];
      if (step && shiftKey && row) {
        if (this.#movable) {
          this.#move(row, at + step);
          this.#panel.focus(this.#panel.order.indexOf(name(row.key)));
        }
      } else if (key === "Delete" && row && this.list) this.#remove(row);
      else if (!shiftKey && (step || key === "Home" || key === "End")) {
        const to = key === "Home" ? 0 : key === "End" ? order.length - 1 : row ? at + step : 0;
        this.#panel.focus(to);
      } else return;
      event.preventDefault();
    });
    body.addEventListener("pointerdown", (event) => {
      const row = event.target.closest(".grip") && event.button === 0 && rowOf(event.target);
      if (row && this.#movable) this.#drag(event, row);
    });
  }

  /** A row follows the pointer to where it is dropped; Escape leaves it where it was. */
  #drag(event, row) {
    event.preventDefault();
    const { watch, order } = this.#panel;
    const placeOf = (one) => order.indexOf(name(one.key));
    const [grip, from] = [event.target, placeOf(row)];
    let target = null;
    const ended = new AbortController();
    const on = (type, act, where = grip) => where.addEventListener(type, act, { signal: ended.signal });
    const mark = (to) => {
      target?.root.classList.remove("before", "after");
      target = to;
      target?.root.classList.add(placeOf(target) < from ? "before" : "after");
    };
    const end = () => {
      ended.abort();
      mark(null);
      this.#panel.held = false;
      row.root.classList.remove("dragged");
    };
    grip.setPointerCapture(event.pointerId);
    this.#panel.held = true;
    row.root.classList.add("dragged");
    on("pointermove", ({ clientX, clientY }) => {
      const { top, bottom } = watch.getBoundingClientRect();
      if (clientY < top + 32) watch.scrollBy(0, -16);
      if (clientY > bottom - 32) watch.scrollBy(0, 16);
      const over = this.#panel.rowOf(document.elementFromPoint(clientX, clientY)?.closest("tr.q"));
      mark(over === row ? null : over);
    });
    on("pointerup", () => {
      const to = target && placeOf(target);
      end();
      if (to !== null) this.#move(row, to);
    });
    on("pointercancel", end);
    on("keydown", ({ key }) => key === "Escape" && end(), window);
  }

  // --- its columns ---

  #columns() {
    const details = this.#panel.root.querySelector(".columns");
    const boxes = [...details.querySelectorAll("input")];
    details.addEventListener("change", () => {
      const columns = boxes.filter(({ checked }) => checked).map(({ value }) => value);
      if (!columns.length) return this.#panel.draw();
      if (this.list) {
        this.list.columns = columns.join(",");
        this.#edit("choose_columns", { "columns[]": columns.join(",") }, this.list.entries);
      } else {
        keep("columns", columns.join(","));
        this.#panel.columns = columns.join(",");
        this.#panel.draw();
      }
    });
    details.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape") return;
      details.open = false;
      details.firstElementChild.focus();
    });
    document.addEventListener("pointerdown", ({ target }) => details.contains(target) || (details.open = false));
  }
}
