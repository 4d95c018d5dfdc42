// How far long work is, on its own page: asked for every second or two while it goes on. When it has ended, the page is
// fetched anew with what came of it. Without this module there is a link that does the same.

const OFTEN = 1000;
const SELDOM = 15000;

class Job {
  constructor(root) {
    this.root = root;
    this.bar = root.querySelector("progress");
    this.quarter = 0;
    this.wait = OFTEN;
    root.querySelector("[data-without-script]").remove();
    this.later();
  }

  later() {
    setTimeout(() => this.look(), this.wait);
  }

  async look() {
    try {
      const answer = await fetch(this.root.dataset.job, { headers: { Accept: "application/json" }, redirect: "error" });
      if (!answer.ok) throw new Error(answer.status);
      this.show(await answer.json());
    } catch {
      this.wait = Math.min(this.wait * 2, SELDOM); // signed out, or no connection: the page still shows what it last knew
      this.later();
    }
  }

  show(job) {
    if (job.state !== "waiting" && job.state !== "running") {
      location.reload();
      return;
    }
    if (job.total) {
      this.bar.max = job.total;
      this.bar.value = job.done;
    }
    this.put("[data-words]", job.words);
    this.put("[data-says]", job.says);
    this.sayQuarter(job);
    this.wait = Math.min(this.wait * 1.1, document.hidden ? SELDOM : 3000);
    this.later();
  }

  put(where, words) {
    const place = this.root.querySelector(where);
    if (place.textContent !== words) place.textContent = words;
  }

  // who listens to the page is told at each quarter, not at each piece
  sayQuarter(job) {
    const quarter = job.total ? Math.floor((job.done / job.total) * 4) : 0;
    if (quarter > this.quarter) {
      this.quarter = quarter;
      this.root.querySelector("[data-said]").textContent = job.words;
    }
  }
}

document.querySelectorAll("[data-job]").forEach((root) => new Job(root));
