// Rings and vibrates when the number on this page is called, for whoever has asked for it here. Browsers allow a sound only after a touch.
(() => {
  if (window.atrioTicket) return;
  window.atrioTicket = true;
  let sound = null;
  let calls = 0;

  const ring = (times) => {
    navigator.vibrate?.(Array(times).fill([300, 150]).flat());
    for (let n = 0; n < times; n++) {
      const tone = sound.createOscillator(), loud = sound.createGain(), at = sound.currentTime + n * 0.5;
      tone.frequency.value = 660;
      loud.gain.setValueAtTime(0.2, at);
      loud.gain.exponentialRampToValueAtTime(0.001, at + 0.4);
      tone.connect(loud).connect(sound.destination);
      tone.start(at);
      tone.stop(at + 0.4);
    }
  };

  document.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-ring], [data-ring] input")) return;
    sound?.close();
    sound = target.checked ? new AudioContext() : null;
    if (sound) ring(1);
  });

  new MutationObserver(() => {
    const ticket = document.getElementById("ticket");
    const now = ticket?.dataset.state === "called" ? Number(ticket.dataset.calls) : 0;
    if (now > calls && sound) ring(3);
    calls = now;
  }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-state", "data-calls"] });
})();
