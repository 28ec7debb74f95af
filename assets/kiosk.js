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
    there.reset(); // heard already; nothing of it stays in the page
    there.elements[field].value = "";
  };

  // ---- by ear: the screen reads itself, and then whatever the keys come to
  let byEar = false, asked = 0, playing = null, later = null;
  const silence = () => { asked += 1; playing?.pause(); playing = later = null; };
  const words = (element) => {
    const label = element.closest("label") ?? (element.id && document.querySelector(`label[for="${element.id}"]`));
    const box = element.matches("[type=checkbox]") ? element : element.querySelector("[type=checkbox]");
    const mark = box ? `, ${box.checked ? kiosk().dataset.ticked : kiosk().dataset.unticked}` : "";
    return ((element.matches("input") ? label?.innerText : element.getAttribute("aria-label") ?? element.innerText) ?? "") + mark;
  };
  const said = (element) => [element.closest("[lang]").lang, words(element).replace(/\s+/g, " ").trim()];
  const read = (elements) => {
    silence();
    const texts = elements.map(said).filter(([, words]) => words);
    const there = form("say");
    if (!there || !texts.length) return;
    there.elements.asked.value = String(asked);
    there.elements.texts.value = JSON.stringify(texts.slice(0, 60));
    there.requestSubmit();
    there.elements.texts.value = "";
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
      present(); // whoever listens is there
    }
    playing = null;
    if (mine === asked && later) read(later);
  };
  let heardFor = "";
  const listen = () => {
    const answer = document.querySelector("[data-heard]");
    if (!answer || answer.dataset.for === heardFor) return;
    heardFor = answer.dataset.for;
    if (byEar && heardFor === String(asked)) hear(answer.dataset.heard.split(" ").filter(Boolean));
  };
  addEventListener("focusin", ({ target }) => { if (byEar && target.matches?.("button, input, a")) read([target]); });
  addEventListener("change", ({ target }) => { if (byEar && target.matches?.(".kiosk-main input")) read([target]); });
  // What a touch was answered, where it changed no screen: after what is being read, not into it.
  let answered = "";
  const answers = () => [...document.querySelectorAll(".kiosk-main :is([role=alert], [role=status])")].filter((each) => each.innerText.trim());
  const inWords = (there) => there.map((each) => each.innerText).join("|");
  const readAnswer = () => {
    const there = answers(), now = inWords(there);
    if (now === answered) return;
    answered = now;
    if (!byEar || !now) return;
    if (playing) later = there;
    else read(there);
  };

  // ---- what makes it easier, undone for the next person
  const EASES = { larger: ["text", ["larger", "largest"]], contrast: ["theme", ["contrast"]], lower: ["reach", ["low"]] };
  const ease = (button) => {
    if (button.dataset.eases === "listen") {
      byEar = !byEar;
      showEases();
      return byEar ? readScreen() : silence();
    }
    const [name, steps] = EASES[button.dataset.eases] ?? [];
    if (!name) return;
    const next = steps[steps.indexOf(root.dataset[name]) + 1];
    if (next) root.dataset[name] = next;
    else delete root.dataset[name];
    showEases();
  };
  const plain = () => {
    byEar = false;
    silence();
    for (const [name] of Object.values(EASES)) delete root.dataset[name];
    showEases();
  };

  // ---- touches
  let touchedAt = Date.now(), saidStayAt = Date.now(), wasAt = null;
  const present = () => {
    touchedAt = Date.now();
    // Whoever only reads, listens and scrolls is there too, and the server must know.
    if (kiosk()?.dataset.begun === "true" && Date.now() - saidStayAt > 20_000) { saidStayAt = Date.now(); press("stay"); }
  };
  for (const sign of ["pointerdown", "keydown", "input", "wheel"]) addEventListener(sign, present, { capture: true, passive: true });
  // The question goes away with the whole touch, not with its beginning: or the finger would press what lies below it.
  const answer = () => {
    const idle = document.querySelector(".kiosk-idle");
    if (!idle || idle.hidden) return;
    idle.hidden = true;
    if (wasAt?.isConnected) wasAt.focus({ preventScroll: true });
  };
  addEventListener("click", ({ isTrusted }) => { if (isTrusted) answer(); });
  addEventListener("keydown", ({ key }) => { if (key !== "Enter" && key !== " ") answer(); });
  const askWhetherThere = (idle) => {
    idle.hidden = false;
    wasAt = document.activeElement;
    idle.querySelector("button").focus({ preventScroll: true });
    if (byEar) read([...idle.querySelectorAll("p, button")]);
  };

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
    if (!idle || (kiosk().dataset.begun !== "true" && !byEar && !root.dataset.text && !root.dataset.theme && !root.dataset.reach)) { touchedAt = Date.now(); return; }
    const { warns, wipes } = idle.dataset, gone = (Date.now() - touchedAt) / 1000;
    if (gone >= Number(warns) && idle.hidden) askWhetherThere(idle);
    idle.querySelector(".fuse i").style.setProperty("--left", `${Math.max(0, 100 * (wipes - gone) / (wipes - warns))}%`);
    if (gone >= Number(wipes)) wipe();
  }, 250);
  const wipe = () => {
    touchedAt = Date.now();
    document.querySelector(".kiosk-idle").hidden = true;
    for (const field of document.querySelectorAll(".kiosk input:not([type=checkbox])")) field.value = "";
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
  const reachable = () => "lost" in root.dataset ? [] : [...document.querySelectorAll(".kiosk-idle:not([hidden]) button, .kiosk-main :is(button, input, a[href]), .kiosk-bar button")]
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
  // Enter ticks a box, and doesn't send the form that it stands in.
  addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches?.("input[type=checkbox]")) return;
    event.preventDefault();
    event.target.click();
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
      // Of an address as our letters have it, only what names the appointment: not the key behind it.
      send("scan", "code", line.split("#").pop().split(".")[0]);
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
  let before = screen(), wasBegun = "";
  const showEases = () => {
    for (const button of document.querySelectorAll("[data-eases]")) {
      const name = EASES[button.dataset.eases]?.[0];
      const isOn = String(name ? name in root.dataset : byEar);
      if (button.getAttribute("aria-pressed") !== isOn) button.setAttribute("aria-pressed", isOn);
    }
  };
  new MutationObserver(() => {
    const now = screen(), isBegun = kiosk()?.dataset.begun ?? "";
    printOut();
    listen();
    if (wasBegun === "true" && isBegun === "false") plain();
    if (isBegun) wasBegun = isBegun;
    showEases(); // another language is another page, with buttons of its own
    if (now !== "ticket") printed = "";
    if (now === before) return readAnswer();
    before = now;
    touchedAt = Date.now();
    const title = document.querySelector(".kiosk-main h1");
    if (title) { title.tabIndex = -1; title.focus({ preventScroll: true }); }
    scrollTo(0, 0);
    answered = inWords(answers()); // is part of the screen
    if (byEar) readScreen();
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["data-screen", "data-begun", "data-printing", "data-for"] });
})();
