/* Asks the device for a passkey and sends its answer with the form: <form data-passkey="create" data-options="{…}">, or
   data-passkey="get"; with data-options-at, what to ask comes from that address when the button is pressed. */
const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const withBytes = (one) => ({ ...one, id: toBytes(one.id) });

function asked({ publicKey }) {
  const options = { ...publicKey, challenge: toBytes(publicKey.challenge) };
  if (options.user) options.user = withBytes(options.user);
  for (const list of ["excludeCredentials", "allowCredentials"]) if (options[list]) options[list] = options[list].map(withBytes);
  return { publicKey: options };
}

function told(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  const { id, type } = credential;
  const clientExtensionResults = credential.getClientExtensionResults();
  return JSON.stringify({ id, type, rawId: toText(credential.rawId), clientExtensionResults, response });
}

behaviour("data-passkey", (form, kind) => {
  const failed = form.querySelector("[data-passkey-failed]");
  if (!navigator.credentials) form.querySelector("[data-passkey-missing]").hidden = false;
  const options = async () => {
    if (form.dataset.options) return JSON.parse(form.dataset.options);
    const answer = await fetch(form.dataset.optionsAt, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    return (await answer.json()).request_options;
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    try {
      const credential = await navigator.credentials[kind](asked(await options()));
      form.elements.namedItem("credential").value = told(credential);
      form.submit();
    } catch {
      failed.hidden = false;
    }
  });
});
