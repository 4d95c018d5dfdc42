// A section saves itself while one types. What could not be saved is kept in this browser and offered again.
// Without this script the two buttons of the form do the same work.

const WAIT = 1500; // milliseconds after the last key
const RETRY = 15000;
const ALOUD = 5000; // how long what is said aloud stays in the page
const KEPT_FOR = 14 * 24 * 60 * 60 * 1000;
const PREFIX = "anchor:";
const NOT_TYPED = new Set(["csrf_token", "seen", "then", "carried"]);

const store = {
  read(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null; // no storage, or not ours
    }
  },
  write(key, copy) {
    try {
      localStorage.setItem(key, JSON.stringify(copy));
    } catch {
      // full or forbidden: the page still holds what was typed
    }
  },
  remove(key) {
    try {
      localStorage.removeItem(key);
    } catch {
      // as above
    }
  },
};

// After a save with a button: the page that follows tells whether it was kept.
const forget = () => {
  let sent = null;
  try {
    sent = sessionStorage.getItem(`${PREFIX}sent`);
    sessionStorage.removeItem(`${PREFIX}sent`);
  } catch {
    return;
  }
  const isHere = sent && sent.endsWith(`:${location.pathname}`);
  // a save with mistakes leads back to the same address; one that never arrived leaves one there without being led
  const isLed = performance.getEntriesByType("navigation")[0]?.redirectCount > 0;
  if (sent && (!isHere || isLed) && !document.querySelector("[data-not-kept]")) store.remove(sent);
};

const purge = () => {
  try {
    Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .filter((key) => !(store.read(key)?.at > Date.now() - KEPT_FOR))
      .forEach((key) => store.remove(key));
  } catch {
    // no storage
  }
};

const typedIn = (form) =>
  [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !NOT_TYPED.has(name));

const put = (form, fields) => {
  const wanted = new Map();
  fields.forEach(([name, value]) => wanted.set(name, [...(wanted.get(name) ?? []), value]));
  [...form.elements].forEach((box) => {
    if (!box.name || NOT_TYPED.has(box.name) || box.type === "file" || box.type === "submit" || box.type === "hidden") return;
    const values = wanted.get(box.name) ?? [];
    if (box.type === "radio" || box.type === "checkbox") box.checked = values.includes(box.value);
    else if (values.length) box.value = values[0];
    box.dispatchEvent(new Event(box.type === "radio" || box.type === "checkbox" ? "change" : "input", { bubbles: true }));
  });
};

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

const start = (form) => {
  const key = `${PREFIX}${form.dataset.user}:${location.pathname}`;
  const status = form.querySelector("[data-status]");
  const announced = form.querySelector("[data-announced]");
  const skew = Date.parse(form.dataset.now) - Date.now(); // so that both clocks can be compared
  let savedAt = Date.parse(form.dataset.savedAt) || 0;
  let timer = null;
  let isSaving = false;
  let isDirty = false;
  let isStopped = false;
  let isSaidSaved = false;

  // Aloud, only the first save and what goes wrong: "Saved at" after every pause would talk over the person who types.
  const announce = (text) => {
    announced.textContent = text;
    setTimeout(() => {
      announced.textContent = "";
    }, ALOUD);
  };

  const sayAloud = (text) => {
    if (status.textContent !== text) announce(text);
    isSaidSaved = false;
  };

  const sayQuietly = (text) => {
    if (!isSaidSaved) announce(text);
    isSaidSaved = true;
    status.textContent = text;
  };

  const say = (text, link) => {
    sayAloud(text);
    status.textContent = text;
    if (!link) return;
    const anchor = document.createElement("a");
    [anchor.textContent, anchor.href] = link;
    status.append(" ", anchor);
  };

  const keep = () => store.write(key, { at: Date.now() + skew, fields: typedIn(form) });

  const later = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  };

  const answers = {
    401: () => say("You were signed out. What you typed is kept in this browser.", ["Sign in again", form.dataset.signIn]),
    409: async (response) => {
      isStopped = true;
      const { who, what } = await response.json().catch(() => ({}));
      say(
        who
          ? `${who} changed “${what}” meanwhile. Nothing is lost: press “Save and continue” to see both versions.`
          : "This section can no longer be changed. What you typed is kept in this browser.",
      );
    },
  };

  const save = async () => {
    if (isSaving || isStopped || !isDirty) return;
    isSaving = true;
    isDirty = false;
    const body = new FormData(form);
    [...body].forEach(([name, value]) => typeof value !== "string" && body.delete(name));
    try {
      const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
      if (response.ok) {
        const answer = await response.json();
        form.elements.seen.value = answer.seen;
        savedAt = Date.parse(answer.now);
        if (!isDirty) store.remove(key);
        const others = answer.taken.length ? ` Somebody else changed ${answer.taken.join(", ")}: open the page again to see it.` : "";
        if (others) say(`Saved at ${answer.at}.${others}`);
        else sayQuietly(`Saved at ${answer.at}.`);
      } else {
        isDirty = true;
        (answers[response.status] ?? (() => say("This could not be saved just now. What you typed is kept in this browser.")))(response);
        if (response.status >= 500) later(RETRY);
      }
    } catch {
      isDirty = true;
      say("You are offline. What you typed is kept in this browser, and is saved when you are back.");
      later(RETRY);
    }
    isSaving = false;
    if (isDirty && !timer) later(WAIT);
  };

  const offer = () => {
    const copy = store.read(key);
    if (!copy) return;
    const here = typedIn(form);
    // after last time's answers were carried into blank boxes, a copy with those boxes still blank offers nothing
    const isCarriedOver = form.elements.carried && copy.fields.every((one) => !one[1] || here.some((other) => same(one, other)));
    const isOld = copy.at <= savedAt || isCarriedOver || same(copy.fields, here);
    if (isOld) {
      store.remove(key);
      return;
    }
    const box = document.querySelector("[data-offer]");
    const when = new Date(copy.at - skew).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" });
    const words = document.createElement("p");
    words.textContent = `This browser keeps what you typed here on ${when}, which was not saved.`;
    box.append(words, button("Put it back", when, () => put(form, copy.fields)), " ", button("Throw it away", when, () => store.remove(key)));
    box.hidden = false;
  };

  const button = (text, when, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "nhsuk-button nhsuk-button--small nhsuk-button--secondary";
    made.textContent = text;
    const what = document.createElement("span");
    what.className = "nhsuk-u-visually-hidden";
    what.textContent = `: what you typed on ${when}`;
    made.append(what);
    made.addEventListener("click", () => {
      act();
      document.querySelector("[data-offer]").hidden = true;
      form.querySelector("input:not([type=hidden]), textarea, select")?.focus();
    });
    return made;
  };

  const changed = (event) => {
    if (event.target.type === "file") return;
    isDirty = true;
    keep();
    if (!isStopped) later(WAIT);
  };
  offer();
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    isStopped = true;
    keep();
    try {
      sessionStorage.setItem(`${PREFIX}sent`, key);
    } catch {
      // no storage
    }
  });
  window.addEventListener("online", () => later(0));
  // the back button may show this page again as it was when it was left
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
};

forget();
purge();
document.querySelectorAll("form[data-saving]").forEach(start);
