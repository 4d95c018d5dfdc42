// Files as evidence: chosen or dropped, several at once, each with its progress; the server answers with the boxes
// that go with it, or with the reason why it was not taken. Without this module the files travel with the form.

import { htmlFrom } from "./trusted.js";

const AT_ONCE = 2;
const MEGABYTE = 1024 * 1024;

let waiting = 0; // files on their way, on the whole page
let held = null; // the button that was pressed while they were

const numbersIn = (items) => [...items.querySelectorAll("[data-evidence-item]")].map((item) => Number(item.dataset.evidenceItem));

const isBlank = (item) =>
  !item.querySelector("input[type=hidden]") && [...item.querySelectorAll("input")].every((box) => !box.value.trim());

function send(file, address, number, token, onProgress) {
  return new Promise((resolve) => {
    const body = new FormData();
    body.append("csrf_token", token);
    body.append("number", number);
    body.append("upload", file);
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress(event.loaded / event.total));
    request.addEventListener("load", () => resolve(read(request, file)));
    request.addEventListener("error", () => resolve({ refused: `“${file.name}” did not arrive: there is no connection. Add it again.` }));
    request.send(body);
  });
}

function read(request, file) {
  try {
    return { ...JSON.parse(request.responseText), address: request.responseURL };
  } catch {
    const why = request.status === 401 || request.status === 400 ? "you were signed out. Sign in again in another tab, then add it again" : "something went wrong on our side. Add it again";
    return { refused: `“${file.name}” did not arrive: ${why}.` };
  }
}

class Evidence {
  constructor(root) {
    this.root = root;
    this.input = root.querySelector("input[type=file]");
    this.list = root.querySelector("[data-uploads]");
    this.said = root.querySelector("[data-said]");
    this.items = root.querySelector("[data-items]");
    this.form = root.closest("form");
    this.queue = [];
    this.running = 0;
    this.next = Math.max(0, ...numbersIn(this.items)) + 1;
    this.input.removeAttribute("name"); // the form itself carries no files any more
    this.input.addEventListener("change", () => this.take(this.input.files));
    this.acceptDrops(root.querySelector("[data-drop]"));
    root.querySelector("[data-drop-words]").hidden = false;
  }

  acceptDrops(zone) {
    const mark = (isOver) => zone.classList.toggle("app-drop--over", isOver);
    zone.addEventListener("dragover", () => mark(true));
    zone.addEventListener("dragleave", (event) => zone.contains(event.relatedTarget) || mark(false));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      mark(false);
      this.take(event.dataTransfer.files);
    });
  }

  take(files) {
    [...files].forEach((file) => this.add(file));
    this.input.value = "";
    this.go();
  }

  add(file) {
    const line = this.addLine(file);
    const taken = [...this.items.querySelectorAll("[data-evidence-item]")].filter((item) => !isBlank(item)).length;
    const most = Number(this.root.dataset.most);
    if (file.size > most * MEGABYTE) {
      this.refuse(line, `“${file.name}” is larger than ${most} MB, which is the most that one file may have`);
    } else if (taken + this.queue.length + this.running >= Number(this.root.dataset.places)) {
      this.refuse(line, `“${file.name}” was not taken: there can be at most ${this.root.dataset.places} pieces of evidence here`);
    } else {
      waiting += 1;
      this.queue.push({ file, line, number: this.next });
      this.next += 1;
    }
  }

  addLine(file) {
    this.list.hidden = false;
    const line = document.createElement("li");
    const name = document.createElement("span");
    const progress = document.createElement("progress");
    const words = document.createElement("span");
    name.textContent = file.name;
    progress.max = 100;
    progress.value = 0;
    progress.setAttribute("aria-label", `Upload of ${file.name}`);
    words.textContent = "Waiting";
    line.append(name, progress, words);
    this.list.append(line);
    return { line, progress, words };
  }

  go() {
    while (this.running < AT_ONCE && this.queue.length) {
      this.running += 1;
      this.upload(this.queue.shift());
    }
  }

  async upload({ file, line, number }) {
    const token = this.form.elements.csrf_token.value;
    const answer = await send(file, this.root.dataset.upload, number, token, (part) => {
      line.progress.value = Math.round(part * 100);
      line.words.textContent = part < 1 ? `${Math.round(part * 100)}%` : "Being checked";
    });
    if (answer.html) {
      this.show(answer, line);
    } else {
      this.refuse(line, answer.refused);
    }
    this.running -= 1;
    waiting -= 1;
    this.go();
    if (!waiting) this.release();
  }

  show(answer, { line }) {
    const blank = [...this.items.querySelectorAll("[data-evidence-item]")].find(isBlank);
    if (blank) blank.remove();
    this.items.insertAdjacentHTML("beforeend", htmlFrom(answer.address, answer.html));
    line.remove();
    this.list.hidden = !this.list.children.length;
    this.say(`${answer.name} was added. Say below what it shows and which date it is about.`);
    this.form.dispatchEvent(new Event("input", { bubbles: true })); // so that it is saved at once
  }

  refuse({ line, progress, words }, why) {
    progress.remove();
    line.classList.add("app-refused");
    line.firstChild.remove();
    words.className = "nhsuk-error-message";
    words.textContent = why;
    this.say(`Not taken: ${why}`);
  }

  say(words) {
    this.said.textContent = words;
  }

  release() {
    const button = held;
    held = null;
    if (button) button.form.requestSubmit(button);
  }
}

document.querySelectorAll("[data-evidence][data-upload]").forEach((root) => {
  const evidence = new Evidence(root);
  evidence.form.addEventListener("submit", (event) => {
    if (!waiting || held) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    held = event.submitter;
    evidence.say("Your files are still on their way. The page goes on by itself when they have arrived.");
  }, { capture: true });
});

// A file dropped beside the zone would open in place of the page, and with the page would go what was typed.
if (document.querySelector("[data-evidence]")) {
  ["dragover", "drop"].forEach((kind) => document.addEventListener(kind, (event) => event.preventDefault()));
}

window.addEventListener("beforeunload", (event) => {
  if (waiting) event.preventDefault();
});
