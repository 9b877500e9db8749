"use strict";
// Report text is untrusted: it only ever becomes text nodes, never markup.

const byId = (id) => document.getElementById(id);
const state = {
  reviewer: "", concepts: {}, assertions: [], reports: [], total: 0, report: null, current: -1,
  phrase: null,
};

function make(tag, { text, ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick" || name === "onchange") element[name] = value;
    else if (value !== undefined && value !== false) element.setAttribute(name, value);
  }
  if (text !== undefined) element.textContent = text;
  element.append(...children);
  return element;
}

function say(message, wrong = false) {
  const said = byId("said");
  said.textContent = message;
  said.classList.toggle("wrong", wrong);
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { said.textContent = ""; }, wrong ? 8000 : 2500);
}

async function ask(path, parameters = {}, body = null) {
  const query = new URLSearchParams(parameters);
  const options = body === null ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  let response;
  try {
    response = await fetch(`/api/${path}?${query}`, options);
  } catch {
    say("The server does not answer; is it still running?", true);
    throw new Error("no answer");
  }
  if (!response.ok) {
    const told = await response.json().catch(() => ({}));
    say(told.error ?? "The server refused this.", true);
    throw new Error("refused");
  }
  return response.json();
}

// Queue

function filterValues() {
  const ids = ["scope", "state", "words", "concept", "assertion", "cue"];
  return Object.fromEntries(ids.map((id) => [id, byId(id).value.trim()]));
}

async function loadQueue(more = false) {
  if (!state.reviewer) return;
  const offset = more ? state.reports.length : 0;
  const page = await ask("queue", { reviewer: state.reviewer, offset, ...filterValues() });
  state.reports = more ? state.reports.concat(page.reports) : page.reports;
  state.total = more ? state.total : page.total;
  showQueue();
}

function showQueue() {
  byId("found").textContent = `${state.total.toLocaleString("en")} reports`;
  byId("queue").replaceChildren(...state.reports.map((report) => make("li", {}, make("button", {
    type: "button", class: report.done ? "done" : "", onclick: () => openReport(report.report_id),
    "aria-current": state.report?.report_id === report.report_id ? "true" : undefined,
  }, make("span", { text: report.report_id }), make("small", { text: report.stratum })))));
  byId("more").hidden = state.reports.length >= state.total;
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
  byId("counted").textContent = [`${mine?.done ?? 0} of ${told.sampled} done`, ...pairs].join(" · ");
}

// Report

async function openReport(id) {
  showReport(await ask("report", { report_id: id, reviewer: state.reviewer }));
  select(state.report.items.findIndex((item) => !item.decision && item.mention));
  showQueue();
  byId("queue").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}

const sameSpan = (a, b) => a.start === b.start && a.end === b.end;

/** Mentions with the reviewer's decision on each, and phrases added, in text order. */
function itemsOf(report) {
  const items = report.mentions.map((mention) => ({
    start: mention.start, end: mention.end, mention,
    decision: report.decisions.find((one) => one.before_concept === mention.concept_id
      && sameSpan(one, mention)),
  }));
  for (const decision of report.decisions) {
    if (decision.action === "add") {
      items.push({ start: decision.start, end: decision.end, mention: null, decision });
    }
  }
  return items.sort((a, b) => a.start - b.start || a.end - b.end);
}

const conceptOf = (item) => item.decision?.after_concept ?? item.mention?.concept_id ?? "";
const assertionOf = (item) => item.decision?.after_assertion ?? item.mention?.assertion ?? "";
const nameOf = (concept) => state.concepts[concept] ?? concept;
const phraseOf = (item) => state.report.letters.slice(item.start, item.end).join("");

function showReport(report) {
  const kept = state.report?.report_id === report.report_id ? state.current : -1;
  state.report = { ...report, items: itemsOf(report), letters: Array.from(report.text) };
  state.phrase = null;
  byId("title").textContent = report.report_id + (report.done ? "  ✓ done" : "");
  showText();
  if (kept >= 0) select(Math.min(kept, state.report.items.length - 1));
}

/** The text cut wherever a mention or cue begins or ends; offsets count characters, not UTF-16. */
function showText() {
  const { items, letters } = state.report;
  const cues = items.filter((item) => item.mention && item.mention.cue_start !== null)
    .map((item) => [item.mention.cue_start, item.mention.cue_end]);
  const cuts = new Set([0, letters.length, ...cues.flat()]);
  items.forEach((item) => cuts.add(item.start).add(item.end));
  const places = [...cuts].sort((a, b) => a - b);
  const parts = [];
  for (let i = 0; i + 1 < places.length; i += 1) {
    const [start, end] = [places[i], places[i + 1]];
    const numbers = items.map((item, number) => number)
      .filter((number) => items[number].start <= start && end <= items[number].end);
    const span = make("span", { text: letters.slice(start, end).join(""), "data-start": start });
    if (cues.some(([from, to]) => from <= start && end <= to)) span.classList.add("cue");
    if (numbers.length) dress(span, numbers);
    parts.push(span);
  }
  byId("text").replaceChildren(...parts);
}

function dress(span, numbers) {
  const items = numbers.map((number) => state.report.items[number]);
  const front = items.find((item) => item.decision?.action !== "remove") ?? items[0];
  const assertion = assertionOf(front);
  span.classList.add("mention", conceptOf(front).split(":")[0]);
  if (assertion === "historical" || assertion === "hypothetical") span.classList.add("past");
  else if (assertion !== "affirmed") span.classList.add(assertion);
  if (front.decision?.action === "remove") span.classList.add("removed");
  if (items.every((item) => item.decision)) span.classList.add("decided");
  if (items.some((item) => !item.mention)) span.classList.add("added");
  span.dataset.items = numbers.join(" ");
  span.onclick = () => {
    if (!window.getSelection().isCollapsed) return;
    const place = numbers.indexOf(state.current);
    select(numbers[(place + 1) % numbers.length]);
  };
  span.onmouseenter = (event) => showTip(event, items);
  span.onmouseleave = () => { byId("tip").hidden = true; };
}

function relationsOf(mention) {
  const owners = state.report.mentions.filter((one) => mention.finding_ids.includes(one.mention_id));
  const owned = state.report.mentions.filter((one) => one.finding_ids.includes(mention.mention_id));
  const list = (ones) => ones.map((one) => `${one.text.replace(/\s+/g, " ")} (${nameOf(one.concept_id)})`);
  return { owners: list(owners), owned: list(owned) };
}

function describe(mention) {
  const { owners, owned } = relationsOf(mention);
  const rows = [
    ["concept", `${nameOf(mention.concept_id)} · ${mention.concept_id}`],
    ["assertion", mention.assertion],
    ["cue", mention.cue ?? "none"],
    ["cue rule", mention.cue_rule],
    ["rule", mention.rule],
    ["section", mention.section],
    ["belongs to", owners.join(", ")],
    ["has", owned.join(", ")],
  ];
  return rows.filter(([, value]) => value);
}

function showTip(event, items) {
  const tip = byId("tip");
  tip.textContent = items.filter((item) => item.mention)
    .map((item) => describe(item.mention).map(([name, value]) => `${name}: ${value}`).join("\n"))
    .join("\n\n") || "added by you";
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(event.clientX, innerWidth - box.width - 8))}px`;
  const below = event.clientY + 18;
  tip.style.top = `${below + box.height > innerHeight ? event.clientY - box.height - 12 : below}px`;
}

function select(number) {
  state.current = number;
  state.phrase = null;
  for (const span of byId("text").querySelectorAll(".mention")) {
    const shown = span.dataset.items.split(" ").map(Number).includes(number);
    span.classList.toggle("current", shown);
    if (shown) span.scrollIntoView({ block: "nearest" });
  }
  showDetails();
}

function step(by) {
  const { items } = state.report;
  if (items.length) select((state.current + by + items.length) % items.length);
}

// Details and decisions

const keyed = (label, key) => [label, make("kbd", { text: key })];

function conceptInput(value) {
  return make("input", { id: "new-concept", list: "concepts", value, autocomplete: "off" });
}

/** Findings that a place or descriptor may belong to: extracted, or added by this reviewer. */
function findingOptions(near) {
  const found = state.report.items.filter((item) => conceptOf(item).startsWith("finding:"));
  const owner = (item) => ({
    value: `${item.start} ${item.end}`, text: `${phraseOf(item)} (${nameOf(conceptOf(item))})`,
    far: Math.abs(item.start - near.start),
  });
  return found.map(owner).sort((a, b) => a.far - b.far);
}

function findingSelect(near) {
  return make("select", { id: "new-finding" }, ...findingOptions(near)
    .map((one) => make("option", { value: one.value, text: one.text })));
}

function chosenFinding(concept) {
  const value = byId("new-finding")?.value;
  if (!value || concept.startsWith("finding:")) return {};
  const [start, end] = value.split(" ").map(Number);
  return { finding_start: start, finding_end: end };
}

function assertionButtons(pressed, act) {
  return make("div", { class: "row" }, ...state.assertions.map((one, index) => make("button", {
    type: "button", "aria-pressed": String(one === pressed), "data-assertion": one,
    onclick: () => act(one),
  }, ...keyed(one, index + 1))));
}

const finishing = () => make("button", { type: "button", id: "done", class: "primary", onclick: finish },
  ...keyed("Done: accept the rest", "d"));

function showDetails() {
  const item = state.report?.items[state.current];
  if (state.phrase) showAdding();
  else if (item) showItem(item);
  else if (state.report) {
    byId("details").replaceChildren(
      make("h2", { text: state.report.items.length ? "No mention is selected" : "Nothing was found here" }),
      make("p", { text: "Select words that were missed to add them, or finish the report." }),
      finishing());
  }
}

const verdicts = {
  accept: () => "accepted", remove: () => "removed: no mention", add: () => "added by you",
  change: (one) => `changed to ${one.after_assertion}, ${nameOf(one.after_concept)}`,
};

function showItem(item) {
  const facts = item.mention ? describe(item.mention) : [["concept", nameOf(conceptOf(item))],
    ["assertion", assertionOf(item)]];
  const parts = [
    make("h2", {}, make("span", { class: `phrase ${conceptOf(item).split(":")[0]}`,
      text: phraseOf(item) })),
    make("dl", {}, ...facts.flatMap(([name, value]) => [
      make("dt", { text: name }), make("dd", { text: value })])),
  ];
  if (item.decision) parts.push(make("p", { class: "verdict", text: verdicts[item.decision.action](item.decision) }));
  if (item.mention) parts.push(...actionsOn(item));
  if (item.decision) {
    parts.push(make("button", { type: "button", id: "undo", onclick: () => undo(item) }, ...keyed("Take back", "u")));
  }
  byId("details").replaceChildren(...parts, make("hr"), finishing());
}

function actionsOn(item) {
  return [
    make("div", { class: "row" },
      make("button", { type: "button", id: "accept", class: "primary", onclick: accept }, ...keyed("Accept", "a")),
      make("button", { type: "button", id: "remove", onclick: remove }, ...keyed("Remove", "x"))),
    make("fieldset", {}, make("legend", { text: "Assertion" }),
      assertionButtons(assertionOf(item), (one) => change({ after_assertion: one }))),
    make("fieldset", {}, make("legend", { text: "Concept" }),
      make("label", { text: "concept" }, conceptInput(conceptOf(item))),
      make("label", { text: "a place or descriptor belongs to" }, findingSelect(item)),
      make("button", { type: "button", id: "rename", onclick: rename }, ...keyed("Change concept", "c"))),
  ];
}

function showAdding() {
  const { phrase } = state;
  byId("details").replaceChildren(
    make("h2", {}, "Add ", make("span", { class: "phrase", text: phraseOf(phrase) })),
    make("fieldset", {}, make("legend", { text: "A mention that was missed" }),
      make("label", { text: "concept" }, conceptInput("")),
      make("label", { text: "a place or descriptor belongs to" }, findingSelect(phrase)),
      make("span", { text: "what the report says of it adds it:" }),
      assertionButtons("", add)));
  byId("new-concept").focus();
}

async function send(decision) {
  const { report_id: id, digest } = state.report;
  const report = await ask("decisions", {}, { reviewer: state.reviewer, report_id: id, digest, decision });
  showReport(report);
  showProgress();
}

const onItem = (item) => ({ start: item.start, end: item.end,
  before_concept: item.mention?.concept_id ?? null });

async function decide(action, more = {}) {
  const item = state.report?.items[state.current];
  if (!item?.mention) return;
  const number = state.current;
  await send({ action, ...onItem(item), ...more });
  const next = state.report.items.findIndex((one, index) => index > number && !one.decision);
  if (next >= 0) select(next);
}

const accept = () => decide("accept");
const remove = () => decide("remove");

function change(more) {
  const item = state.report.items[state.current];
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
  await send({ action: "add", start, end, before_concept: null, after_concept: concept,
    after_assertion: assertion, ...chosenFinding(concept) });
  select(state.report.items.findIndex((item) => !item.mention && item.start === start));
}

async function undo(item) {
  await send({ action: "withdraw", ...onItem(item), after_concept: item.mention ? null : conceptOf(item) });
}

async function finish() {
  const id = state.report.report_id;
  await send({ action: "done" });
  const row = state.reports.find((one) => one.report_id === id);
  if (row) row.done = true;
  const place = state.reports.indexOf(row);
  const next = state.reports.find((one, index) => index > place && !one.done)
    ?? state.reports.find((one) => !one.done);
  say(next ? `${id} is done` : `${id} is done; no report of this list is left to do`);
  if (next) await openReport(next.report_id);
  else showQueue();
}

async function turn(by) {
  const place = state.reports.findIndex((one) => one.report_id === state.report?.report_id);
  const next = state.reports[place + by];
  if (next) await openReport(next.report_id);
  else say("The list ends here.");
}

// Selecting words

function offsetOf(node, offset) {
  const span = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("[data-start]");
  if (!span) return null;
  const letters = node.nodeType === Node.TEXT_NODE ? Array.from(node.data.slice(0, offset)).length : 0;
  return Number(span.dataset.start) + letters;
}

function selectedPhrase() {
  const selection = window.getSelection();
  if (selection.isCollapsed || !byId("text").contains(selection.anchorNode)
    || !byId("text").contains(selection.focusNode)) return null;
  const range = selection.getRangeAt(0);
  let start = offsetOf(range.startContainer, range.startOffset);
  let end = offsetOf(range.endContainer, range.endOffset);
  if (start === null || end === null) return null;
  const { letters } = state.report;
  while (start < end && /\s/.test(letters[start])) start += 1;
  while (end > start && /\s/.test(letters[end - 1])) end -= 1;
  return start < end ? { start, end } : null;
}

function takeSelection() {
  const phrase = state.report && selectedPhrase();
  if (!phrase) return false;
  state.phrase = phrase;
  showAdding();
  return true;
}

// Keyboard

const keys = {
  j: () => step(1), k: () => step(-1), ArrowDown: () => step(1), ArrowUp: () => step(-1),
  a: accept, x: remove, d: finish, "[": () => turn(-1), "]": () => turn(1),
  u: () => { const item = state.report.items[state.current]; if (item?.decision) undo(item); },
  c: () => { const input = byId("new-concept"); input?.focus(); input?.select(); },
  n: () => takeSelection() || say("Select the missed words first."),
};

function onKey(event) {
  const field = event.target.matches("input, select, textarea");
  if (event.key === "Escape") {
    if (field) event.target.blur();
    else if (state.phrase) select(state.current);
    return;
  }
  if (field && event.key === "Enter" && event.target.id === "new-concept" && !state.phrase) rename();
  if (field || event.ctrlKey || event.metaKey || event.altKey || byId("keys").open) return;
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

async function begin(event) {
  event?.preventDefault();
  const name = byId("reviewer").value.trim();
  if (!name) return;
  await ready;
  state.reviewer = name;
  localStorage.setItem("reviewer", name);
  await loadQueue();
  await showProgress();
  const first = state.reports.find((one) => !one.done) ?? state.reports[0];
  if (first) await openReport(first.report_id);
  document.activeElement?.blur();
}

function filterSoon() {
  clearTimeout(filterSoon.timer);
  filterSoon.timer = setTimeout(() => loadQueue(), 200);
}

async function prepare() {
  const told = await ask("start");
  Object.assign(state, { concepts: told.concepts, assertions: told.assertions });
  byId("reviewers").append(...told.reviewers.map((name) => make("option", { value: name })));
  byId("concepts").append(...Object.entries(told.concepts)
    .map(([id, name]) => make("option", { value: id, text: name })));
  byId("assertion").append(...told.assertions.map((one) => make("option", { value: one, text: one })));
}

/** Before the server has answered: who is quick to type a name must not lose it. */
function listen() {
  byId("who").addEventListener("submit", begin);
  byId("filter").addEventListener("input", filterSoon);
  byId("filter").addEventListener("submit", (event) => event.preventDefault());
  byId("more").addEventListener("click", () => loadQueue(true));
  byId("help").addEventListener("click", () => byId("keys").showModal());
  byId("text").addEventListener("mouseup", () => setTimeout(takeSelection, 0));
  document.addEventListener("keydown", onKey);
}

function greet() {
  const name = byId("reviewer");
  name.value ||= localStorage.getItem("reviewer") ?? "";
  if (name.value) begin();
  else name.focus();
}

// What went wrong has been said already.
window.addEventListener("unhandledrejection", (event) => event.preventDefault());
listen();
const ready = prepare();
greet();
