// What works before (or without) the rest of the scripts: the size of the text, links within the page that really move
// the focus, menus that close. A size chosen earlier is put on before the page is painted, by a line in its head.

const SIZE = "text-size";

function show(size) {
  if (size === "larger" || size === "largest") document.documentElement.dataset.text = size;
  else delete document.documentElement.dataset.text;
}

document.addEventListener("change", ({ target }) => {
  if (target.name !== SIZE) return;
  show(target.value);
  try {
    localStorage.setItem(SIZE, target.value);
  } catch {} // storage forbidden: the choice lasts for this page
});

// Menus are drawn while the site is built. Opened, they say what is true here and now: the size chosen, and
// the same place in another language, query and fragment included.
document.addEventListener("toggle", ({ target: menu }) => {
  if (!menu.open || !menu.classList.contains("menu")) return;
  const chosen = menu.querySelector(`[name=${SIZE}][value=${document.documentElement.dataset.text ?? "normal"}]`);
  if (chosen) chosen.checked = true;
  for (const link of menu.querySelectorAll("a[hreflang]")) {
    link.search = location.search;
    link.hash = location.hash;
  }
}, true);

// A link to a place in the page: the focus goes there, the question comes into view with its label, and the
// way back isn't cluttered with an entry for each mistake looked at.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#"]');
  if (link?.hash === "#print") {
    event.preventDefault();
    print();
  }
  const place = link && document.getElementById(link.hash.slice(1));
  if (!place || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  (place.matches("fieldset") ? place.querySelector("input") : place)?.focus({ preventScroll: true });
  (place.closest(".field") ?? place).scrollIntoView({ block: "start" });
});

document.addEventListener("click", ({ target }) => {
  for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector(".menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest?.('a[href="#print"]')) return;
  event.preventDefault();
  print();
});

// All times are one group of radios, which Tab enters once. From a day that has been opened it leads to that day's times.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Tab" || event.shiftKey || !event.target.matches?.(".days [open] > summary")) return;
  const times = event.target.parentElement.querySelectorAll("input");
  const time = [...times].find((each) => each.checked) ?? times[0];
  if (!time) return;
  event.preventDefault();
  time.focus();
});

// A link that differs in its fragment only, such as a code scanned in a tab that is already here, is a new page to us.
addEventListener("hashchange", () => {
  if (location.hash.includes(".")) location.reload();
});

// Telephone numbers and codes are written with the digits 0 to 9. An Arabic or Persian keyboard has its own, which jump about
// beside letters, "+" and "-": they become ours before anything else hears of them, and the caret stays where it is.
for (const typed of ["input", "change"]) {
  document.addEventListener(typed, ({ target, isComposing }) => {
    if (isComposing || !target.matches?.("input[dir=ltr]:not([type=email])")) return;
    const digits = [...target.value.matchAll(/[\u0660-\u0669\u06f0-\u06f9]/g)];
    if (!digits.length) return;
    const caret = target.selectionEnd;
    for (const { 0: digit, index } of digits) target.setRangeText(String(digit.charCodeAt(0) % 16), index, index + 1);
    target.setSelectionRange(caret, caret);
  }, true);
}

// Signing out: nothing of what this tab holds is left, and other tabs that show the same person's things leave them too.
const others = "BroadcastChannel" in globalThis ? new BroadcastChannel("atrio-left") : null;
const isPrivate = () => document.querySelector("form[data-leave]");
function leave() {
  const to = isPrivate().dataset.leave;
  sessionStorage.clear();
  location.replace(to);
}

document.addEventListener("submit", ({ target }) => {
  if (!target.matches("form[data-leave]")) return;
  sessionStorage.clear();
  others?.postMessage("left");
});
if (others) others.onmessage = () => isPrivate() && leave();

// The way back must not show a page as it stood before: it is asked for anew.
addEventListener("pageshow", ({ persisted }) => persisted && isPrivate() && location.reload());

// Beside a resident at a shared terminal: when nobody touches anything, it ends by itself; also when a lid is opened again.
let touchedAt = Date.now();
for (const sign of ["pointerdown", "keydown", "input", "scroll"]) {
  addEventListener(sign, () => { touchedAt = Date.now(); }, { capture: true, passive: true });
}
function endWhenIdle() {
  const form = document.querySelector("form[data-idle]");
  if (!form) return;
  const left = Number(form.dataset.idle) - (Date.now() - touchedAt) / 1000;
  form.querySelector(".idle").hidden = left > 45;
  if (left <= 0) form.requestSubmit();
}
setInterval(endWhenIdle, 1000);
document.addEventListener("visibilitychange", endWhenIdle);
