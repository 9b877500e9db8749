"use strict";
// The report: its text with mentions and cues, which of them is selected, and words that were missed.

async function openReport(id) {
  const opening = ++state.openings;
  state.wanted = id;
  const report = await ask("report", { report_id: id, reviewer: state.reviewer });
  await loadSecond(id);
  if (opening !== state.openings) return;
  showReport(report);
  select(state.report.items.findIndex((item) => !item.decision && item.mention));
  byId("text").scrollTop = 0;
  showSelected();
  showXray();
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
  showSecond();
  state.report = { ...report, items: itemsOf(report), letters: Array.from(report.text) };
  state.phrase = null;
  state.current = kept;
  byId("title").replaceChildren(report.report_id,
    ...(report.done ? [make("span", { class: "verdict", text: "✓ done" })] : []));
  showText();
  select(Math.min(kept, state.report.items.length - 1));
}

/** The text cut wherever a mention or cue begins or ends; offsets count characters, not UTF-16. */
function showText() {
  const { items, letters } = state.report;
  const cues = items.filter((item) => item.mention && item.mention.cue_start !== null)
    .map((item) => [item.mention.cue_start, item.mention.cue_end]);
  const { phrase } = state;
  const cuts = new Set([0, letters.length, ...cues.flat(), ...(phrase ? [phrase.start, phrase.end] : [])]);
  items.forEach((item) => cuts.add(item.start).add(item.end));
  const places = [...cuts].sort((a, b) => a - b);
  const parts = [];
  for (let i = 0; i + 1 < places.length; i += 1) {
    const [start, end] = [places[i], places[i + 1]];
    const numbers = items.map((item, number) => number)
      .filter((number) => items[number].start <= start && end <= items[number].end);
    const span = make("span", { text: letters.slice(start, end).join(""), "data-start": start });
    if (cues.some(([from, to]) => from <= start && end <= to)) span.classList.add("cue");
    if (phrase && phrase.start <= start && end <= phrase.end) span.classList.add("picked");
    if (numbers.length) dress(span, numbers);
    parts.push(span);
  }
  hideTip();
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
  letPoint(span, numbers);
  // Not on entering: a text that changes under a mouse at rest is not pointed at.
  span.onmousemove = (event) => showTip(event, span, items);
  span.onmouseleave = hideTip;
}

function select(number) {
  state.current = number;
  if (state.phrase) {
    state.phrase = null;
    showText();
  }
  showSelected();
  showDetails();
  pointAtCurrent();
}

/** Mark the selected mention, or the phrase about to be added, and bring it into view. */
function showSelected() {
  const { phrase } = state;
  for (const span of byId("text").children) {
    const numbers = span.dataset.items?.split(" ").map(Number) ?? [];
    span.classList.toggle("current", !phrase && numbers.includes(state.current));
  }
  byId("text").querySelector(phrase ? ".picked" : ".current")?.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const { items } = state.report;
  if (items.length) select((state.current + by + items.length) % items.length);
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
  // Marked by the page itself: the browser's own selection goes with the focus.
  showText();
  showSelected();
  showAdding();
  return true;
}
