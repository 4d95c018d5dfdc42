/**
 * What is looked at in a page as it stands: what axe knows, and what it does not look at. The browser keeps this file.
 *
 * axe says what is wrong. Found out here is only where it need not look again: at text that looks just as other text did
 * that it found sound, and, once the window is narrow, at what keeps its distance, cannot be scrolled and has its name.
 */

const EVERYTHING = {
  resultTypes: ["violations"],
  preload: false,
  rules: { "color-contrast": { enabled: false }, "link-in-text-block": { enabled: false } },
};
/* Every rule that axe looks at unless it is asked not to, but for three. It reads no style sheets itself, which takes a
 * third of the time, for one rule: that no page is bound to the way a screen is held. Home is looked at with that rule
 * too. Contrast, of text and of links within it, takes more than everything else together and is looked at by itself. */

const only = (...rules) => ({ ...EVERYTHING, rules: {}, runOnly: { type: "rule", values: rules }, elementRef: true });
const CONTRAST = { ...only("color-contrast", "link-in-text-block"), resultTypes: ["violations", "passes"], selectors: false };
const NARROW = only("target-size", "scrollable-region-focusable", "label", "link-name");
/* What may differ at another width, and the size of targets (2.5.8), which axe looks at only where it is asked to: where
 * they are closest together. */

const run = async (context, options) => {
  await import("/axe.min.js");
  return axe.run(context, options);
};
const said = ({ violations }) => violations.map((each) => `${each.id}: ${each.nodes[0].html.slice(0, 120)}`);

/** What axe finds wrong with the page, contrast apart. */
export const wrong = async (options = EVERYTHING) => said(await run(document, options));

/** The elements that rules speak of, and which of the keys of others need not be looked at again: not what is wrong. */
const elements = (rules) => rules.flatMap(({ nodes }) => nodes.map(({ element }) => element));
const sound = (found, { violations }) => {
  const faulty = new Set(elements(violations));
  return [...found].filter(([, each]) => !faulty.has(each)).map(([key]) => key);
};

const all = (selector) => [...document.querySelectorAll(selector)];
const words = (each) => (each.getAttribute("aria-label") ?? each.textContent).trim().replace(/\s+/g, " ");
const meet = (one, other) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;

/** A number for a text, on which it goes on from another one. */
const mixed = (start, text) => [...text].reduce((sum, sign) => (sum * 33 + sign.codePointAt(0)) % 2 ** 40, start);

const remembered = (make) => {
  const known = new Map();
  return (each) => {
    if (!known.has(each)) known.set(each, make(each));
    return known.get(each);
  };
};

const STATES = ["type", "disabled", "checked", "open", "role", "aria-current", "aria-expanded", "aria-selected", "fill", "tabindex"];

/** What gives the places of elements: which ones are around each, and itself, with their classes and states. */
const placing = () => {
  const own = (each) => each.tagName + [...each.classList].sort().map((name) => `.${name}`).join("")
    + STATES.map((name) => each.getAttribute(name) === null ? "" : `[${name}=${each.getAttribute(name)}]`).join("");
  const place = remembered((each) => each.parentElement ? mixed(place(each.parentElement), `>${own(each)}`) : 0);
  return place;
};

/** What gives the looks of texts: their own style and all that is painted where they stand; no more makes their contrast. */
const looking = () => {
  const opacity = remembered((each) => each.parentElement ? opacity(each.parentElement) * getComputedStyle(each).opacity : 1);
  const painted = all("*").flatMap((each) => {
    const style = getComputedStyle(each);
    const isPicture = each.matches("img, svg, canvas, video, object, input, select, textarea, button");
    const paint = [style.backgroundColor, style.backgroundImage, isPicture ? each.tagName : ""].join();
    if (paint === "rgba(0, 0, 0, 0),none,") return [];
    const how = [paint, opacity(each), style.position, style.zIndex, style.mixBlendMode, style.filter].join();
    return [{ each, how, box: each.getBoundingClientRect() }];
  });
  const covers = (one, other) => one.left <= other.left && other.right <= one.right && one.top <= other.top && other.bottom <= one.bottom;
  return remembered((each) => {
    const style = getComputedStyle(each);
    const box = each.getBoundingClientRect();
    const under = painted.filter((other) => meet(other.box, box))
      .map((other) => [other.how, covers(other.box, box), other.each.contains(each)].join());
    const own = [style.color, style.webkitTextFillColor, style.fontSize, style.fontWeight, style.textShadow, style.fill, opacity(each)];
    return mixed(0, [...own, ...under].join(";"));
  });
};

const isText = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim();
const isWritten = (each) => each.getClientRects().length && ([...each.childNodes].some(isText) || each.matches("input, select, textarea"));

/** A link within text that has no line under it: that it is told apart follows from more than how it looks. */
const isHardToTell = (each) => each.tagName === "A" && [...each.parentElement.childNodes].some(isText)
  && !getComputedStyle(each).textDecorationLine.includes("underline");

/** The contrast of text, unless it looks as text did that axe found sound, or stands and looks as text that it looked at. */
export const contrast = async (known) => {
  const [isKnown, place, look] = [new Set(known), placing(), looking()];
  const found = new Map();
  for (const each of [...document.body.querySelectorAll("*")].filter(isWritten)) {
    const both = mixed(look(each), `${place(each)}`);
    if (!isKnown.has(both) && (isHardToTell(each) || !isKnown.has(look(each)))) found.set(both, each);
  }
  if (!found.size) return [[], []];
  const results = await run({ include: [...found.values()] }, CONTRAST);
  const passed = elements(results.passes.filter(({ id }) => id === "color-contrast"));
  return [said(results), [...sound(found, results), ...new Set(passed.map(look))]];
};

/* Names that lead to several places: out of context nobody can tell one from the other. A link in a cell of a table is
 * named by the heads of its row and column as well, as screen readers do (technique H79 for WCAG 2.4.4). */
const ambiguous = () => {
  const named = new Map();
  const inItsCell = (link) => {
    const cell = link.closest("td");
    const row = cell?.parentElement.querySelector("th[scope=row]");
    const column = cell?.closest("table").querySelectorAll("thead th[scope=col]")[cell.cellIndex];
    return row && column ? `${words(row)}, ${words(column)}: ${words(link)}` : words(link);
  };
  all("main a[href]").forEach((link) => {
    named.set(inItsCell(link), (named.get(inItsCell(link)) ?? new Set()).add(link.href));
  });
  const links = [...named].filter(([, places]) => places.size > 1).map(([name]) => `link “${name}”`);
  const buttons = all("main button:not([aria-hidden]), main summary").map(words);
  return [...links, ...buttons.filter((name, place) => buttons.indexOf(name) !== place).map((name) => `button “${name}”`)];
};

/* Errors are said in the title first, and their summary has the focus; without errors neither is so. */
const titleAndFocus = () => {
  const isSaid = document.title.startsWith("Error: ");
  const summary = document.querySelector(".nhsuk-error-summary");
  if (summary) return [...(isSaid ? [] : ["no Error: in the title"]), ...(summary.contains(document.activeElement) ? [] : ["no focus"])];
  const isWarned = document.querySelector("main [class*=warning], .nhsuk-error-message");
  return isSaid && !isWarned ? ["the title speaks of an error, the page does not"] : [];
};

const isShown = (each) => each.checkVisibility({ visibilityProperty: true });
const parts = () => all("a, a *, button, button *, label, label *");
let shown = new Map();

/** Everything about a page as wide as a screen, with all unfolded; and what need not be looked at again. */
export const wide = async (known) => {
  const first = titleAndFocus();
  all("details").forEach((each) => { each.open = true; });
  const [faint, places] = await contrast(known);
  const others = await wrong();
  shown = new Map(parts().map((each) => [each, isShown(each)]));
  return [[...first, ...others, ...faint, ...ambiguous()], places];
};

/* What may be worse where the window is narrow */

const TARGETS = "a[href], area, button, input, select, textarea, summary, iframe, [tabindex], [contenteditable]";
const beyond = (start, end, at) => Math.max(start - at, 0, at - end);

/** Targets that are smaller than 24 pixels, or lie under another, while another is within 12 of their middle; how they lie. */
const crowded = () => {
  const targets = all(TARGETS).filter(isShown).map((each) => {
    const box = each.getBoundingClientRect();
    return { each, box, boxes: [...each.getClientRects()], isSmall: box.width < 24.5 || box.height < 24.5 };
  });
  const middle = (box) => [box.left + box.width / 2, box.top + box.height / 2];
  const isNear = (one, other) => one.boxes.some((part) => {
    const [[x, y], [left, top]] = [middle(part), middle(other.box)];
    const away = other.boxes.map((each) => Math.hypot(beyond(each.left, each.right, x), beyond(each.top, each.bottom, y)));
    return Math.min(...away) < 12.5 || (other.isSmall && Math.hypot(x - left, y - top) < 24.5);
  });
  const lies = ({ each, box }, { left, top }) => [each.tagName, box.left - left, box.top - top, box.width, box.height].map((number) => number.toFixed?.(1) ?? number).join();
  return targets.flatMap((one) => {
    const others = targets.filter((other) => other !== one && (meet(one.box, other.box) || (one.isSmall && isNear(one, other))));
    return others.length ? [[one.each, [one, ...others].map((other) => lies(other, one.box)).join(";")]] : [];
  });
};

/** What holds more than it shows and can be scrolled, and whether the focus gets to it. */
const scrolling = () => all("body *").flatMap((each) => {
  if (each.scrollWidth <= each.clientWidth && each.scrollHeight <= each.clientHeight) return [];
  const style = getComputedStyle(each);
  const isScrolled = [style.overflowX, style.overflowY].some((way) => way === "auto" || way === "scroll");
  return isScrolled ? [[each, `scrolls, ${each.matches(TARGETS)}, ${each.querySelector(TARGETS) !== null}`]] : [];
});

/** Links, buttons and boxes of which a part came or went with the width, and whether words are left. */
const renamed = () => {
  const turned = parts().filter((each) => isShown(each) !== shown.get(each));
  const named = turned.map((each) => each.closest("label")?.control ?? each.closest("a, button"));
  return [...new Set(named)].filter((each) => each && isShown(each)).map((each) => [each, `named, ${each.innerText.trim() === ""}`]);
};

/** What axe finds in a narrow window where it may be worse, whether all fits in, and what need not be looked at again. */
export const narrow = async (known) => {
  const [isKnown, place] = [new Set(known), placing()];
  const doubtful = [...crowded(), ...scrolling(), ...renamed()].map(([each, how]) => [mixed(place(each), how), each]);
  const found = new Map(doubtful.filter(([key]) => !isKnown.has(key)));
  if (!found.size) return [[], [], isTooWide()];
  const results = await run({ include: [...new Set(found.values())] }, NARROW);
  return [said(results).map((each) => `at 400 per cent: ${each}`), sound(found, results), isTooWide()];
};

/** Whether the page is wider than its window. */
export const isTooWide = () => document.documentElement.scrollWidth > document.documentElement.clientWidth;
