// Passkeys: what only a script can ask of a browser. A button inside a form[data-passkey] asks our server what has to be answered,
// lets the browser answer it, and tells the page through the form how it went: "ok", or why not.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const named = (list = []) => list.map((each) => ({ ...each, id: bytes(each.id) }));

async function post(address, said) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(said),
  });
  return answer.json();
}

async function made(options) {
  const user = { ...options.user, id: bytes(options.user.id) };
  const excludeCredentials = named(options.excludeCredentials);
  const publicKey = { ...options, user, excludeCredentials, challenge: bytes(options.challenge) };
  const credential = await navigator.credentials.create({ publicKey });
  const { attestationObject, clientDataJSON } = credential.response;
  return written(credential, { attestationObject, clientDataJSON });
}

async function shown(options) {
  const allowCredentials = named(options.allowCredentials);
  const publicKey = { ...options, allowCredentials, challenge: bytes(options.challenge) };
  const credential = await navigator.credentials.get({ publicKey });
  const { authenticatorData, clientDataJSON, signature } = credential.response;
  return written(credential, { authenticatorData, clientDataJSON, signature });
}

function written({ id, rawId, type }, response) {
  const said = Object.fromEntries(Object.entries(response).map(([name, value]) => [name, text(value)]));
  return { id, rawId: text(rawId), type, response: said, clientExtensionResults: {} };
}

async function outcome(way, key) {
  if (!globalThis.PublicKeyCredential) return "unknown";
  try {
    const options = await post(`/auth/passkey/${way}/ask`, { key });
    if (options.outcome) return options.outcome;
    const credential = await (way === "sign-in" ? shown(options) : made(options));
    return (await post(`/auth/passkey/${way}`, { key, credential })).outcome;
  } catch (trouble) {
    if (trouble.name === "InvalidStateError") return "there-already";
    return trouble.name === "NotAllowedError" || trouble.name === "AbortError" ? "given-up" : "failed";
  }
}

let isAsking = false;
document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("form[data-passkey] button[type=button]");
  if (!button || isAsking) return;
  const { form } = button;
  const { passkey, key, to } = form.dataset;
  isAsking = true;
  const said = await outcome(passkey, (key && sessionStorage.getItem(key)) || "");
  isAsking = false;
  if (said === "ok" && to) {
    sessionStorage.removeItem(key);
    location.replace(to);
    return;
  }
  form.elements.outcome.value = said;
  form.requestSubmit();
});
