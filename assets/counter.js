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
    const found = [...document.querySelectorAll("main [data-key]")].find(({ dataset }) => dataset.key === wanted);
    if (!found) return;
    event.preventDefault();
    if (!found.matches("details")) return found.click();
    found.open = true;
    found.querySelector("select, input")?.focus();
  });

  new MutationObserver(show).observe(document.body, { subtree: true, childList: true });
  show();
})();
