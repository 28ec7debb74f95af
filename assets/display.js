// Each call in the hall is announced once: two tones, then what is said of it, one call after the other in the order of the calls.
// A call that is over, or was made anew, before its turn came is left out; one that had to wait is announced however late it is.
// Where the browser allows sound only after a touch, it stays silent: docs/operations.md.
(() => {
  if (window.atrioDisplay) return;
  window.atrioDisplay = true;
  const TONES = 1300, VOICE_IS_MADE = 6500, LONGEST = 30000, KEPT = 200; // milliseconds; calls
  const waiting = [];
  let announced = null, sound = null, isSpeaking = false;

  const pause = (ms) => new Promise((over) => setTimeout(over, ms));
  const calls = () => [...document.querySelectorAll(".display [data-call]:not([data-call=''])")].reverse();
  const rowOf = (name) => calls().find((row) => row.dataset.call === name);

  // A page that is loaded anew goes on from here; one that is opened begins with what it finds.
  const remembered = () => {
    try { return JSON.parse(sessionStorage.getItem("announced")); } catch { return null; }
  };
  const remember = (...names) => {
    announced = [...announced, ...names].slice(-KEPT);
    try { sessionStorage.setItem("announced", JSON.stringify(announced)); } catch { /* then a new page begins with what it finds */ }
  };

  const isAudible = async () => {
    try {
      sound ??= new AudioContext();
      if (sound.state !== "running") await Promise.race([sound.resume(), pause(500)]);
    } catch { return false; }
    return sound.state === "running";
  };

  const chime = () => {
    [659, 523].forEach((pitch, n) => {
      const tone = sound.createOscillator(), loud = sound.createGain(), at = sound.currentTime + n * 0.45;
      tone.frequency.value = pitch;
      loud.gain.setValueAtTime(0.25, at);
      loud.gain.exponentialRampToValueAtTime(0.001, at + 0.8);
      tone.connect(loud).connect(sound.destination);
      tone.start(at);
      tone.stop(at + 0.8);
    });
    return pause(TONES);
  };

  // "-" says that there will be none.
  const voicesOf = async (name, since) => {
    for (;;) {
      const said = rowOf(name)?.dataset.sound ?? "-";
      if (said) return said === "-" ? [] : said.split(" ");
      if (performance.now() - since > VOICE_IS_MADE) return [];
      await pause(100);
    }
  };

  const play = (address) => new Promise((over) => {
    const voice = new Audio(address);
    const end = () => { clearTimeout(late); voice.pause(); over(); };
    const late = setTimeout(end, LONGEST);
    voice.onended = voice.onerror = end;
    voice.play().catch(end);
  });

  const announce = async () => {
    if (isSpeaking) return;
    isSpeaking = true;
    while (waiting.length) {
      const { name, since } = waiting.shift();
      if (!rowOf(name)) continue;
      remember(name);
      if (!await isAudible()) continue;
      await chime();
      for (const address of await voicesOf(name, since)) await play(address);
    }
    isSpeaking = false;
  };

  const look = () => {
    if (!document.querySelector(".display")) return;
    const names = calls().map((row) => row.dataset.call);
    if (announced === null) {
      announced = remembered() ?? [];
      if (!remembered()) remember(...names);
    }
    for (const name of names)
      if (!announced.includes(name) && !waiting.some((each) => each.name === name)) waiting.push({ name, since: performance.now() });
    announce();
  };

  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-call"] });
  look();
})();
