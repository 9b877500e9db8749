"use strict";
// The queue: which reports wait, why each is there, and how far everybody is.

function filterValues() {
  const ids = ["scope", "state", "words", "concept", "assertion", "cue"];
  return Object.fromEntries(ids.map((id) => [id, byId(id).value.trim()]));
}

async function loadQueue(more = false) {
  const offset = more ? state.reports.length : 0;
  const listing = ++state.listings;
  const page = await ask("queue", { reviewer: state.reviewer, offset, ...filterValues() });
  if (listing !== state.listings) return;
  state.reports = more ? state.reports.concat(page.reports) : page.reports;
  state.total = more ? state.total : page.total;
  showQueue();
}

function whyListed(report) {
  if (report.of === null) return undefined;
  return report.of === 1 ? "the only such report of the run"
    : `drawn from ${report.of.toLocaleString("en")} such reports of the run`;
}

function queueRow(report) {
  return make("li", {}, make("button", {
    type: "button", class: report.done ? "done" : "", onclick: () => openReport(report.report_id),
    "aria-current": state.report?.report_id === report.report_id ? "true" : undefined,
  },
  make("span", { class: "id", text: report.report_id }),
  make("span", { class: "reason", text: report.reason, title: whyListed(report) }),
  make("span", { class: "line", text: report.line })));
}

function showQueue() {
  const { total } = state;
  byId("found").textContent = total
    ? `${total.toLocaleString("en")} ${total === 1 ? "report" : "reports"}`
    : "No report is like that.";
  byId("queue").replaceChildren(...state.reports.map(queueRow));
  byId("more").hidden = state.reports.length >= state.total;
}

/** A report's row after its state has changed, without asking for the list again. */
function markInQueue(report) {
  const row = state.reports.find((one) => one.report_id === report.report_id);
  if (!row || row.done === report.done) return;
  row.done = report.done;
  showQueue();
}

async function showProgress() {
  const told = await ask("progress");
  const mine = told.reviewers.find((one) => one.name === state.reviewer);
  byId("bar").max = Math.max(told.sampled, 1);
  byId("bar").value = mine?.done ?? 0;
  const pairs = told.agreement.map((one) => {
    const kappa = one.kappa === null ? "" : `, kappa ${one.kappa.toFixed(2)}`;
    return `${one.first} and ${one.second}: ${(one.agreed * 100).toFixed(0)}% of `
      + `${one.phrases} phrases the same${kappa}`;
  });
  const done = state.reviewer ? `${mine?.done ?? 0} of ${told.sampled} done` : `${told.sampled} to review`;
  byId("counted").textContent = [done, ...pairs].join(" · ");
}
