"use strict";
// The keyboard, and how the page begins.

const keys = {
  j: () => step(1), k: () => step(-1), ArrowDown: () => step(1), ArrowUp: () => step(-1),
  a: accept, x: remove, d: finish, "[": () => turn(-1), "]": () => turn(1),
  u: undo, v: turnXray,
  c: () => { const input = byId("new-concept"); input?.focus(); input?.select(); },
  n: () => {
    if (takeSelection()) return;
    if (state.phrase) { showSelected(); byId("new-concept").focus(); } else say("Select the missed words first.");
  },
};

function onKey(event) {
  const field = event.target.matches("input, select, textarea");
  if (event.key === "Escape") {
    hideTip();
    if (field) event.target.blur();
    else if (state.phrase) select(state.current);
    return;
  }
  if (field && event.key === "Enter" && event.target.id === "new-concept" && !state.phrase) rename();
  if (field || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "?") byId("keys").showModal();
  else if (event.key === "/") byId("words").focus();
  else if (state.report && keys[event.key]) keys[event.key]();
  else if (state.report && /^[1-5]$/.test(event.key)) {
    const assertion = state.assertions[Number(event.key) - 1];
    if (state.phrase) add(assertion);
    else change({ after_assertion: assertion });
  } else return;
  event.preventDefault();
}

// Start

function filterSoon() {
  clearTimeout(filterSoon.timer);
  filterSoon.timer = setTimeout(async () => {
    await loadQueue();
    if (!state.report) return;
    await loadSecond(state.report.report_id);
    showSecond();
  }, 200);
}

/** What the page waits for, instead of a report. */
function wait(message, wrong = false) {
  byId("waiting").hidden = false;
  byId("waited").textContent = message;
  byId("waiting").classList.toggle("wrong", wrong);
}

async function prepare() {
  const told = await askUntilReady("start", wait);
  byId("waiting").hidden = true;
  Object.assign(state, { concepts: told.concepts, assertions: told.assertions });
  byId("reviewers").append(...told.reviewers.map((name) => make("option", { value: name })));
  byId("concepts").append(...Object.entries(told.concepts)
    .map(([id, name]) => make("option", { value: id, text: name })));
  // Tables of a run may have none.
  const second = byId("scope").querySelector("[value=second]");
  second.hidden = !told.second;
  second.disabled = !told.second;
  byId("assertion").append(...told.assertions.map((one) => make("option", { value: one, text: one })));
}

/** The queue and its first report are there for whoever opens the page, with or without a name. */
async function begin() {
  state.reviewer = localStorage.getItem("reviewer") ?? "";
  showName();
  await prepare();
  await loadQueue();
  await showProgress();
  const first = state.reports.find((one) => !one.done) ?? state.reports[0];
  if (first) await openReport(first.report_id);
}

/** Before the server has answered: who is quick to give a name must not lose it. */
function listen() {
  byId("who").addEventListener("click", changeName);
  byId("filter").addEventListener("input", filterSoon);
  byId("filter").addEventListener("submit", (event) => event.preventDefault());
  byId("more").addEventListener("click", () => loadQueue(true));
  byId("look").addEventListener("click", turnXray);
  byId("help").addEventListener("click", () => byId("keys").showModal());
  byId("later").addEventListener("click", () => byId("naming").close(""));
  byId("text").addEventListener("scroll", hideTip);
  byId("text").addEventListener("mouseup", () => setTimeout(takeSelection, 0));
  document.addEventListener("keydown", onKey);
}

// What went wrong has been said already.
window.addEventListener("unhandledrejection", (event) => event.preventDefault());
listen();
const begun = begin();
