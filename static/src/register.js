// While the name of an organisation is typed: those of the register that it may be, without sending the form.

import { htmlFrom } from "./trusted.js";

const WAIT = 300;

document.querySelectorAll("[data-alike]").forEach((box) => {
  const shown = document.getElementById("alike");
  let waiting = 0;
  let asked = 0;
  const ask = async () => {
    const typed = box.value.trim();
    const mine = (asked += 1);
    if (typed.length < 3) {
      shown.replaceChildren();
      return;
    }
    try {
      const answer = await fetch(`${box.dataset.alike}?${new URLSearchParams({ name: typed })}`);
      const text = answer.ok && !answer.redirected ? await answer.text() : "";
      if (mine === asked) {
        shown.innerHTML = htmlFrom(answer.url, text);
      }
    } catch {
      // without an answer the form asks when it is sent
    }
  };
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, WAIT);
  });
});
