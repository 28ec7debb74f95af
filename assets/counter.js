// At a counter single keys press the buttons that show them: unless somebody is typing, or has switched it off (WCAG 2.2, 2.1.4).
(() => {
  if (window.atrioCounter) return;
  window.atrioCounter = true;
  const KEPT = "single-keys";
  const isOn = () => { try { return localStorage.getItem(KEPT) !== "off"; } catch { return true; } };

  const show = () => {
    const box = document.querySelector("[data-keys] input, input[data-keys]");
    if (box && box.checked !== isOn()) box.checked = isOn();
    document.documentElement.toggleAttribute("data-no-keys", !isOn());
  };
  document.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-keys] input, input[data-keys]")) return;
    try { localStorage.setItem(KEPT, target.checked ? "on" : "off"); } catch {}
    document.documentElement.toggleAttribute("data-no-keys", !target.checked);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented || !isOn()) return;
    const { target } = event;
    if (target.matches?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]")) return;
    // A space on something that can be pressed presses that.
    if (event.key === " " && target.matches?.("button, a, summary, input")) return;
    const wanted = event.key.length === 1 ? event.key.toUpperCase() : event.key;
    const keys = [...document.querySelectorAll("main [data-key]")];
    const found = keys.find(({ dataset }) => dataset.key === wanted || dataset.also === wanted);
    if (!found) return;
    event.preventDefault();
    if (!found.matches("details")) return found.click();
    found.open = true;
    found.querySelector("select, input")?.focus();
  });

  // Whoever pressed a button that is gone goes on from the main one, and not from the top of the page.
  let last = null;
  document.addEventListener("focusin", ({ target }) => { last = target; });
  document.addEventListener("focusout", ({ target }) => setTimeout(() => { if (last === target && target.isConnected) last = null; }));
  const keepPlace = () => {
    if (!last || last.isConnected || document.activeElement !== document.body) return;
    last = null;
    const place = document.querySelector("main [data-main]") ?? document.querySelector("main h1");
    if (!place) return;
    if (place.matches("h1")) place.tabIndex = -1;
    place.focus({ preventScroll: true });
  };

  new MutationObserver(() => { show(); keepPlace(); }).observe(document.body, { subtree: true, childList: true });
  show();
})();
