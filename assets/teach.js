// Beside a resident who wants to learn it: what to touch next is marked and said, and nobody touches it for them.
(() => {
  if (window.atrioTeach) return;
  window.atrioTeach = true;
  const MARK = "data-next-touch";
  let changed = new WeakSet(); // fields touched since the page said what was wrong with them
  let asked = 0;

  const seen = (selector) => [...document.querySelectorAll(`main :is(${selector})`)].filter((each) => each.checkVisibility());
  const frame = (field) => field.closest(field.type === "radio" ? "fieldset" : ".field, .choice") ?? field;

  function isOpen(field) {
    if (field.getAttribute("aria-invalid") === "true" && !changed.has(field)) return true;
    if (field.type === "radio") return !document.querySelector(`main [name="${CSS.escape(field.name)}"]:checked`);
    if (field.type === "checkbox" || field.type === "hidden" || field.value.trim() || field.dataset.optional) return false;
    const others = field.closest("[data-one-of]")?.querySelectorAll("input") ?? [];
    return ![...others].some((other) => other.value.trim());
  }

  // What the page says is next; a question without an answer, in their order; the page's one main button.
  function nextTouch() {
    const [named] = seen("[data-next]");
    if (named) return named;
    const open = seen("input, textarea, select").find(isOpen);
    if (open) return frame(open);
    return seen(".button:not(.second, .quiet, .danger)")[0] ?? null;
  }

  function nameOf(target) {
    const name = target.querySelector(":scope > legend, :scope > label, :scope > h2") ?? target;
    return name.innerText.trim().replace(/\s+/g, " ");
  }

  function show() {
    asked = 0;
    const line = document.querySelector("[data-teach]");
    const target = line && nextTouch();
    for (const marked of document.querySelectorAll(`[${MARK}]`)) if (marked !== target) marked.removeAttribute(MARK);
    if (!line) return;
    const words = target ? line.dataset.teach.replace("{what}", nameOf(target)) : "";
    if (line.textContent !== words) line.textContent = words;
    if (!target || target.hasAttribute(MARK)) return;
    target.setAttribute(MARK, "");
    const { top, bottom } = target.getBoundingClientRect();
    if (top < 80 || bottom > innerHeight) target.scrollIntoView({ block: "center" });
  }

  const soon = () => { asked ||= requestAnimationFrame(show); };
  for (const sign of ["input", "change"]) {
    document.addEventListener(sign, ({ target }) => { changed.add(target); soon(); });
  }
  document.addEventListener("submit", () => { changed = new WeakSet(); });
  new MutationObserver(soon).observe(document.body, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["aria-invalid", "open", "data-teach"],
  });
  soon();
})();
