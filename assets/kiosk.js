// The kiosk beside its page: what makes it easier, keys instead of fingers, a scanner that types, the end of a visit, a lost line.
(() => {
  if (window.atrioKiosk) return;
  window.atrioKiosk = true;
  const root = document.documentElement;
  const kiosk = () => document.querySelector(".kiosk");
  const screen = () => kiosk()?.dataset.screen ?? "";
  const form = (name) => document.querySelector(`form[data-kiosk=${name}]`);
  const press = (name) => document.querySelector(`button[data-kiosk=${name}]`)?.click();
  const send = (name, field, value) => {
    const there = form(name);
    if (!there) return;
    there.elements[field].value = value;
    there.requestSubmit();
  };

  // ---- by ear: the screen reads itself, and then whatever the keys come to
  let byEar = false, asked = 0, playing = null;
  const silence = () => { asked += 1; playing?.pause(); playing = null; };
  const said = (element) => {
    const words = element.matches("input") ? (element.closest("label") ?? document.querySelector(`label[for="${element.id}"]`))?.innerText : element.getAttribute("aria-label") ?? element.innerText;
    return [element.closest("[lang]").lang, (words ?? "").replace(/\s+/g, " ").trim()];
  };
  const read = (elements) => {
    silence();
    const texts = elements.map(said).filter(([, words]) => words);
    const there = form("say");
    if (!there || !texts.length) return;
    there.elements.asked.value = String(asked);
    there.elements.texts.value = JSON.stringify(texts.slice(0, 60));
    there.requestSubmit();
  };
  const readScreen = () => read([...document.querySelectorAll(".kiosk-main :is(h1, h2, p, button:not([data-types]), label)")]
    .filter((each) => each.checkVisibility() && !each.parentElement.closest("button, label, h1, h2, p")));
  const hear = async (addresses) => {
    const mine = asked;
    for (const address of addresses) {
      if (mine !== asked) return;
      playing = new Audio(address);
      const sound = playing;
      await new Promise((over) => { sound.onended = sound.onerror = sound.onpause = over; sound.play().catch(over); });
    }
  };
  let heardFor = "";
  const listen = () => {
    const answer = document.querySelector("[data-heard]");
    if (!answer || answer.dataset.for === heardFor) return;
    heardFor = answer.dataset.for;
    if (byEar && heardFor === String(asked)) hear(answer.dataset.heard.split(" ").filter(Boolean));
  };
  addEventListener("focusin", ({ target }) => { if (byEar && target.matches?.("button, input, a")) read([target]); });

  // ---- what makes it easier, undone for the next person
  const EASES = { larger: ["text", ["larger", "largest"]], contrast: ["theme", ["contrast"]], lower: ["reach", ["low"]] };
  const ease = (button) => {
    if (button.dataset.eases === "listen") {
      byEar = !byEar;
      button.setAttribute("aria-pressed", String(byEar));
      return byEar ? readScreen() : silence();
    }
    const [name, steps] = EASES[button.dataset.eases] ?? [];
    if (!name) return;
    const next = steps[steps.indexOf(root.dataset[name]) + 1];
    if (next) root.dataset[name] = next;
    else delete root.dataset[name];
    button.setAttribute("aria-pressed", String(Boolean(next)));
  };
  const plain = () => {
    byEar = false;
    silence();
    for (const [name] of Object.values(EASES)) delete root.dataset[name];
    for (const button of document.querySelectorAll("[data-eases]")) button.setAttribute("aria-pressed", "false");
  };

  // ---- touches
  let touchedAt = Date.now(), saidStayAt = Date.now();
  const touched = () => {
    touchedAt = Date.now();
    const idle = document.querySelector(".kiosk-idle");
    if (idle && !idle.hidden) idle.hidden = true;
    // Whoever only reads and scrolls is there too, and the server must know.
    if (screen() !== "welcome" && Date.now() - saidStayAt > 20_000) { saidStayAt = Date.now(); press("stay"); }
  };
  for (const sign of ["pointerdown", "keydown", "input", "wheel"]) addEventListener(sign, touched, { capture: true, passive: true });

  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-eases], [data-types], [data-rubs]");
    if (!button) return;
    if (button.dataset.eases) return ease(button);
    const field = button.closest("form")?.elements.code;
    if (!field) return;
    field.value = button.dataset.rubs ? field.value.slice(0, -1) : field.value + button.dataset.types;
  });

  // ---- nobody there: a warning with a bar that grows shorter, then everything is wiped
  setInterval(() => {
    const idle = document.querySelector(".kiosk-idle");
    if (!idle || (screen() === "welcome" && !byEar && !root.dataset.text && !root.dataset.theme && !root.dataset.reach)) { touchedAt = Date.now(); return; }
    const { warns, wipes } = idle.dataset, gone = (Date.now() - touchedAt) / 1000;
    idle.hidden = gone < Number(warns);
    idle.querySelector(".fuse i").style.setProperty("--left", `${Math.max(0, 100 * (wipes - gone) / (wipes - warns))}%`);
    if (gone >= Number(wipes)) wipe();
  }, 250);
  const wipe = () => {
    touchedAt = Date.now();
    document.querySelector(".kiosk-idle").hidden = true;
    for (const field of document.querySelectorAll(".kiosk-main input")) field.value = "";
    plain();
    press("wipe");
    // Without a line the page can't be told: it is covered already, and begins anew when the line is back.
    if ("lost" in root.dataset) isStale = true;
  };

  // ---- the line: a question every second, an answer within two, or it is lost
  let isStale = false;
  const ask = async () => {
    const isThere = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(1500) }).then((answer) => answer.ok, () => false);
    if (isThere && "lost" in root.dataset) {
      delete root.dataset.lost;
      if (isStale) { sessionStorage.clear(); location.reload(); }
    } else if (!isThere) root.dataset.lost = "";
    setTimeout(ask, 1000);
  };
  ask();

  // ---- arrow keys and Enter alone
  const reachable = () => [...document.querySelectorAll(".kiosk-idle:not([hidden]) button, .kiosk-main :is(button, input, a[href]), .kiosk-bar button")]
    .filter((each) => each.checkVisibility() && !each.disabled);
  addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
    const isText = event.target.matches?.("input:not([type=checkbox])");
    if (isText && event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const all = reachable(), here = all.indexOf(document.activeElement);
    const sideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
    const turn = sideways && root.dir === "rtl" ? -step : step;
    const next = here < 0 ? (turn > 0 ? 0 : all.length - 1) : (here + turn + all.length) % all.length;
    all[next]?.focus();
  });
  addEventListener("keydown", ({ key, target }) => {
    if (key === "Enter" && target.matches?.("input[type=checkbox]")) target.click();
  });

  // ---- a scanner types faster than any hand, and ends with Enter
  let line = "", typedAt = 0;
  addEventListener("keydown", (event) => {
    if (event.target.matches?.(".kiosk-main input:not([type=checkbox])")) return;
    const at = performance.now();
    if (at - typedAt > 80) line = "";
    typedAt = at;
    if (event.key.length === 1) line += event.key;
    else if (event.key === "Enter" && line.length >= 8) {
      event.preventDefault();
      event.stopImmediatePropagation();
      send("scan", "code", line);
      line = "";
    }
  }, true);

  // ---- printed by the browser: each number once, silently where it was started with --kiosk-printing
  let printed = "";
  const printOut = () => {
    const number = document.querySelector(".ticket .number")?.textContent ?? "";
    if (kiosk()?.dataset.printing !== "browser" || !number || number === printed) return;
    printed = number;
    print();
  };

  // ---- a new screen: the reader's place is its title; nothing of one visit is left for the next
  let before = screen();
  new MutationObserver(() => {
    const now = screen();
    printOut();
    listen();
    if (now !== "ticket") printed = "";
    if (now === before) return;
    before = now;
    touchedAt = saidStayAt = Date.now();
    if (now === "welcome") plain();
    const title = document.querySelector(".kiosk-main h1");
    if (title) { title.tabIndex = -1; title.focus({ preventScroll: true }); }
    scrollTo(0, 0);
    if (byEar) readScreen();
  }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-screen", "data-printing", "data-for"] });
})();
