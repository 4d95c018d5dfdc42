// Passkeys: asks the browser for one, and sends its answer with the form around the button.

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

const toText = (buffer) =>
  buffer && btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const withBytes = (known) => (known || []).map((each) => ({ ...each, id: toBytes(each.id) }));

const read = (text) => {
  const options = JSON.parse(text);
  return {
    ...options,
    challenge: toBytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: toBytes(options.user.id) } }),
    excludeCredentials: withBytes(options.excludeCredentials),
    allowCredentials: withBytes(options.allowCredentials),
  };
};

const say = (credential) => {
  const { response } = credential;
  const answer = { clientDataJSON: toText(response.clientDataJSON) };
  if (response.attestationObject) {
    answer.attestationObject = toText(response.attestationObject);
    answer.transports = response.getTransports ? response.getTransports() : [];
  } else {
    answer.authenticatorData = toText(response.authenticatorData);
    answer.signature = toText(response.signature);
    answer.userHandle = toText(response.userHandle);
  }
  return JSON.stringify({ id: credential.id, rawId: toText(credential.rawId), type: credential.type, response: answer });
};

const why = (error, isNew) => {
  if (error.name === "InvalidStateError" && isNew) return "This device has a passkey for your account already.";
  if (error.name === "NotAllowedError") return isNew ? "No passkey was made." : "No passkey was used.";
  return "This browser could not do that. Try another one, or another way.";
};

const setUp = (place) => {
  const { origin, passkey, sendTo } = place.dataset;
  const isNew = passkey === "create";
  const said = place.querySelector("[data-said]");
  const button = place.querySelector("button");
  const form = place.closest("form");
  let waiting = null; // what autofill waits for, until the button is pressed

  const ask = async (more) => {
    const publicKey = read(place.dataset.options);
    const credential = await navigator.credentials[isNew ? "create" : "get"]({ publicKey, ...more });
    form.querySelector("input[name=credential]").value = say(credential);
    form.action = sendTo;
    form.submit();
  };

  const offer = async () => {
    const canWait = await PublicKeyCredential.isConditionalMediationAvailable?.();
    if (!canWait) return;
    waiting = new AbortController();
    await ask({ mediation: "conditional", signal: waiting.signal });
  };

  place.hidden = false;
  if (!window.PublicKeyCredential || location.origin !== origin) {
    button.hidden = true;
    said.textContent = window.PublicKeyCredential ? `Passkeys work only at ${origin}.` : "This browser knows no passkeys.";
    place.hidden = !isNew; // beside other ways to sign in nobody needs to hear it
    return;
  }
  button.addEventListener("click", () => {
    waiting?.abort();
    said.textContent = "";
    ask({}).catch((error) => {
      said.textContent = why(error, isNew);
    });
  });
  if ("autofill" in place.dataset) offer().catch(() => {}); // the button stays
};

document.querySelectorAll("[data-passkey]").forEach(setUp);
