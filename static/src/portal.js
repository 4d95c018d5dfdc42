// Starts the NHS.UK components that our pages use. Not initAll: the file upload's drop zone fails an accessibility rule.

import {
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  Header,
  NotificationBanner,
  PasswordInput,
  Radios,
  SkipLink,
  Tabs,
  createAll,
} from "./nhsuk-frontend.min.js";
import "./evidence.js";
import "./meeting.js";
import "./jobs.js";
import "./register.js";
import "./saving.js";
import "./tables.js";

const components = [
  Button, // ignores a second press where the button carries data-prevent-double-click="true"
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  Header,
  NotificationBanner,
  PasswordInput,
  Radios,
  SkipLink,
  Tabs,
];

components.forEach((component) => createAll(component));

// Questions that depend on an answer show when it is given. NHS.UK's own way marks radios as expanded, which they cannot be.

document.querySelectorAll("[data-shown-by]").forEach((part) => {
  const radios = document.getElementsByName(part.dataset.shownBy);
  const answers = part.dataset.shownFor.split(" ");
  const update = () => {
    part.hidden = ![...radios].some((radio) => radio.checked && answers.includes(radio.value));
  };
  radios.forEach((radio) => radio.addEventListener("change", update));
  update();
});

// Percentages and totals appear as one types; the server works them out again when the page is saved.

const read = (text) => {
  const plain = text.trim().replace(/^£/, "").replace(/,/g, "");
  return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : null;
};

document.querySelectorAll("[data-share]").forEach((share) => {
  const part = share.querySelector("[data-part=numerator]");
  const whole = share.querySelector("[data-part=denominator]");
  const output = share.querySelector("[data-percent]");
  share.addEventListener("input", () => {
    const [a, b] = [read(part.value), read(whole.value)];
    const isSound = a !== null && b !== null && b > 0 && a <= b;
    output.textContent = isSound ? `${Math.round((a / b) * 1000) / 10}%` : "–";
  });
});

document.querySelectorAll("[data-levels]").forEach((table) => {
  const boxes = [...table.querySelectorAll("input[data-row]")];
  const sum = (wanted) => {
    const counts = boxes.filter(wanted).map((box) => read(box.value)).filter((count) => count !== null);
    return counts.length ? counts.reduce((a, b) => a + b, 0).toLocaleString("en-GB") : "";
  };
  table.addEventListener("input", () => {
    table.querySelectorAll("[data-row-total]").forEach((cell) => {
      cell.textContent = sum((box) => box.dataset.row === cell.dataset.rowTotal);
    });
    table.querySelectorAll("[data-column-total]").forEach((cell) => {
      const column = cell.dataset.columnTotal;
      cell.textContent = sum((box) => !column || box.dataset.column === column);
    });
  });
});
