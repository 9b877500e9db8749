"use strict";
// Decisions: who makes them, sending them, and taking them back.

// Who

function showName() {
  byId("who").textContent = state.reviewer ? `Reviewer: ${state.reviewer}` : "No name yet";
}

/** Ask for a name; resolves once there is one, or once the question was dismissed. */
function askName(why) {
  const dialog = byId("naming");
  byId("why").textContent = why;
  byId("reviewer").value = state.reviewer;
  dialog.returnValue = "";
  dialog.showModal();
  byId("reviewer").select();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => {
      answer(dialog.returnValue === "named" ? byId("reviewer").value.trim() : "");
    }, { once: true });
  });
}

/** See everything as this reviewer does: their own decisions, their progress. */
async function takeName(name) {
  await begun;
  const before = state.reviewer;
  state.reviewer = name;
  try {
    await loadQueue();
  } catch (refused) {
    state.reviewer = before;
    throw refused;
  }
  state.made = [];
  localStorage.setItem("reviewer", name);
  showName();
  await showProgress();
  if (state.report && state.report.report_id === state.wanted) {
    const opening = ++state.openings;
    const report = await ask("report", { report_id: state.wanted, reviewer: name });
    await loadSecond(report.report_id);
    if (opening === state.openings) showReport(report);
  } else if (state.wanted) await openReport(state.wanted);
}

async function changeName() {
  const name = await askName("Decisions are kept under your name. It is remembered in this browser.");
  if (!name || name === state.reviewer) return;
  await takeName(name);
  say(`You review as ${name} now.`);
}

/** Whether there is a name to decide under; asks for one at the first decision. */
async function named() {
  if (state.reviewer) return true;
  const name = await askName("A decision is kept under the name of who made it. Yours is remembered "
    + "in this browser.");
  if (!name) {
    say("Nothing was kept: a decision needs a name.", true);
    return false;
  }
  await takeName(name);
  if (!state.report.decisions.length && !state.report.done) return true;
  say(`${name} has decided on this report before. Nothing was changed: look at it, then decide.`, true);
  return false;
}

// Sending

const onItem = (item) => ({ start: item.start, end: item.end,
  before_concept: item.mention?.concept_id ?? null });
const sameTarget = (a, b) => a.report_id === b.report_id && a.start === b.start && a.end === b.end
  && a.before_concept === b.before_concept;
const quoted = (words) => `“${words.replace(/\s+/g, " ")}”`;

/**
 * Post a decision on the report that is shown; false where nobody would put a name to it, and where
 * another report has been turned to since, which stays.
 */
async function send(decision) {
  const { report_id: id, digest } = state.report;
  if (!(await named())) return false;
  const report = await ask("decisions", {}, { reviewer: state.reviewer, report_id: id, digest, decision });
  const about = { report_id: id, start: decision.start ?? null, end: decision.end ?? null,
    before_concept: decision.before_concept ?? null, after_concept: decision.after_concept ?? null };
  state.made = state.made.filter((one) => !sameTarget(one, about));
  if (decision.action !== "withdraw") state.made.push(about);
  markInQueue(report);
  showProgress();
  if (state.wanted !== id) return false;
  await loadSecond(id);
  if (state.wanted !== id) return false;
  showReport(report);
  return true;
}

async function decide(action, more = {}) {
  const item = state.report?.items[state.current];
  if (!item?.mention) return;
  const number = state.current;
  if (!(await send({ action, ...onItem(item), ...more }))) return;
  const next = state.report.items.findIndex((one, index) => index > number && !one.decision);
  if (next >= 0) select(next);
}

const accept = () => decide("accept");
const remove = () => decide("remove");

function change(more) {
  const item = state.report.items[state.current];
  if (!item) return undefined;
  const kept = item.decision?.action === "change" ? item.decision : {};
  return decide("change", {
    after_concept: kept.after_concept ?? null, after_assertion: kept.after_assertion ?? null,
    finding_start: kept.finding_start ?? null, finding_end: kept.finding_end ?? null, ...more,
  });
}

function rename() {
  const concept = byId("new-concept").value.trim();
  return change({ after_concept: concept, ...chosenFinding(concept) });
}

async function add(assertion) {
  const concept = byId("new-concept").value.trim();
  const { start, end } = state.phrase;
  if (!(await send({ action: "add", start, end, before_concept: null, after_concept: concept,
    after_assertion: assertion, ...chosenFinding(concept) }))) return;
  select(state.report.items.findIndex((item) => !item.mention && item.start === start));
}

async function finish() {
  const id = state.report.report_id;
  const was = state.report.done;
  if (!was && !(await send({ action: "done" }))) return;
  const place = state.reports.findIndex((one) => one.report_id === id);
  const next = state.reports.find((one, index) => index > place && !one.done)
    ?? state.reports.find((one) => !one.done);
  const told = was ? `${id} was done already` : `${id} is done`;
  say(next ? `${told}.` : `${told}; no report of this list is left to do.`);
  if (next) await openReport(next.report_id);
}

async function turn(by) {
  const place = state.reports.findIndex((one) => one.report_id === state.report?.report_id);
  const next = state.reports[place + by];
  if (next) await openReport(next.report_id);
  else say("The list ends here.");
}

// Taking back

async function takeBack(item) {
  const words = quoted(phraseOf(item));
  const { report_id: id, done } = state.report;
  const target = onItem(item);
  if (!(await send({ action: "withdraw", ...target, after_concept: item.mention ? null : conceptOf(item) }))) return;
  const place = state.report.items.findIndex((one) => sameTarget({ report_id: id, ...onItem(one) },
    { report_id: id, ...target }));
  if (place >= 0) select(place);
  const left = item.mention ? `${words} is as it was found, and undecided` : `${words} is no mention any more`;
  say(done ? `Taken back in ${id}: ${left}. The report is still done.` : `Taken back in ${id}: ${left}.`);
}

/** Take back that the report is done, with what was accepted by saying so. */
async function reopen() {
  const { report_id: id, decisions } = state.report;
  if (!(await send({ action: "withdraw" }))) return;
  const swept = decisions.length - state.report.decisions.length;
  select(state.report.items.findIndex((item) => !item.decision && item.mention));
  say(`${id} is open again${swept === 0 ? "." : `: ${swept} ${swept === 1 ? "mention" : "mentions"} that `
    + `“done” had accepted ${swept === 1 ? "is" : "are"} undecided.`}`);
}

/** `u`: the selected decision; else that this report is done; else the last decision made. */
async function undo() {
  const item = state.report.items[state.current];
  if (item?.decision) await takeBack(item);
  else if (state.report.done) await reopen();
  else await undoLast();
}

async function undoLast() {
  const last = state.made.pop();
  if (!last) {
    say("There is nothing to take back: you have decided nothing here.");
    return;
  }
  if (last.report_id !== state.report.report_id) await openReport(last.report_id);
  const item = state.report.items.find((one) => one.decision
    && sameTarget({ report_id: last.report_id, ...onItem(one) }, last)
    && (one.mention || conceptOf(one) === last.after_concept));
  if (item) await takeBack(item);
  else if (last.start === null && state.report.done) await reopen();
  else say(`What you decided last in ${last.report_id} does not stand any more.`);
}
