"use strict";
// What is known of a mention, in a tip and at the side, and what can be decided of it.

const wordsOf = (one) => `${one.text.replace(/\s+/g, " ")} (${nameOf(one.concept_id)})`;

function relationsOf(mention) {
  const owners = state.report.mentions.filter((one) => mention.finding_ids.includes(one.mention_id));
  const owned = state.report.mentions.filter((one) => one.finding_ids.includes(mention.mention_id));
  return { owners: owners.map(wordsOf), owned: owned.map(wordsOf) };
}

/** What a finding is taken for, what is taken for it, and places that it does not state itself. */
function readingsOf(mention) {
  const { findings, mentions } = state.report;
  const own = findings.find((one) => one.mention_id === mention.mention_id);
  if (!own) return [];
  const taken = findings.filter((one) => one.interprets.includes(mention.mention_id))
    .map((one) => one.mention_id);
  const list = (ids) => mentions.filter((one) => ids.includes(one.mention_id)).map(wordsOf).join(", ");
  const names = (concepts) => concepts.map(nameOf).join(", ");
  return [
    ["interprets", list(own.interprets)],
    ["taken for", list(taken)],
    ["inherited", names([...own.inherited_sides, ...own.inherited_zones])],
    ["implied", names(own.implied_sides)],
  ];
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
    ...readingsOf(mention),
  ];
  return rows.filter(([, value]) => value);
}

function hideTip() {
  byId("tip").hidden = true;
  showTip.of = null;
}

function showTip(event, span, items) {
  if (showTip.of === span) return;
  showTip.of = span;
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

const finishing = () => (state.report.done
  ? make("div", { class: "row" },
    make("span", { class: "verdict", text: "✓ This report is done" }),
    make("button", { type: "button", id: "reopen", onclick: reopen }, ...keyed("Open it again", "u")))
  : make("button", { type: "button", id: "done", class: "primary", onclick: finish },
    ...keyed("Done: accept the rest", "d")));

function showDetails() {
  const item = state.report?.items[state.current];
  if (state.phrase) showAdding();
  else if (item) showItem(item);
  else if (state.report) {
    byId("details").replaceChildren(
      make("h2", { text: state.report.items.length ? "No mention is selected" : "Nothing was found here" }),
      make("p", { text: state.report.done ? "Select a mention to see what was decided."
        : "Select words that were missed to add them, or finish the report." }),
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
    parts.push(make("button", { type: "button", id: "undo", onclick: () => takeBack(item) }, ...keyed("Take back", "u")));
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
