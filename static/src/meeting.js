// What others record at an item of a meeting appears by itself; nothing that is being typed is touched.

import { htmlFrom } from "./trusted.js";

const EVERY = 8000;

const renew = async (place) => {
  const answer = await fetch(place.dataset.renew, { headers: { "X-Requested-With": "fetch" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(htmlFrom(answer.url, await answer.text()), "text/html");
  place.querySelectorAll("[data-live]").forEach((part) => {
    const now = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (now && now.innerHTML !== part.innerHTML && !part.contains(document.activeElement)) part.replaceWith(now);
  });
};

document.querySelectorAll("[data-renew]:not([data-renew=''])").forEach((place) => {
  setInterval(() => {
    if (document.visibilityState === "visible") renew(place).catch(() => {}); // the next time may succeed
  }, EVERY);
});
