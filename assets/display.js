// Two tones when a number is called, or called again. Where the browser allows sound only after a touch, it stays silent: docs/operations.md.
(() => {
  if (window.atrioDisplay) return;
  window.atrioDisplay = true;
  let sound = null, before = null;

  const chime = () => {
    sound ??= new AudioContext();
    sound.resume?.();
    [659, 523].forEach((pitch, n) => {
      const tone = sound.createOscillator(), loud = sound.createGain(), at = sound.currentTime + n * 0.45;
      tone.frequency.value = pitch;
      loud.gain.setValueAtTime(0.25, at);
      loud.gain.exponentialRampToValueAtTime(0.001, at + 0.8);
      tone.connect(loud).connect(sound.destination);
      tone.start(at);
      tone.stop(at + 0.8);
    });
  };

  new MutationObserver(() => {
    const first = document.querySelector(".display .call.now");
    const now = first ? `${first.querySelector("bdi").textContent} ${first.dataset.calls}` : "";
    if (before !== null && now && now !== before) chime();
    if (document.querySelector(".display")) before = now;
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["class", "data-calls"] });
})();
