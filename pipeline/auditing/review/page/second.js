"use strict";
// Where a second reader differs on this report, and taking over what it says as decisions.

async function loadSecond(id) {
  const opening = state.openings;
  const second = byId("scope").value === "second"
    ? await ask("second", { report_id: id, reviewer: state.reviewer }) : [];
  if (opening === state.openings) state.second = second;
}

function showSecond() {
  byId("second").hidden = !state.second.length;
  byId("second").replaceChildren(
    make("h3", { text: "A second reader differs" }),
    make("ul", {}, ...state.second.map(differenceRow)));
}

function differenceRow(one) {
  const told = make("span", { class: "told" },
    make("strong", { text: nameOf(one.concept_id) }), ` ${one.words} `,
    make("span", { class: "model", text: one.model }));
  return make("li", {}, told, ...one.offers.map(offerButton));
}

function offerButton(offer) {
  const words = `${quoted(offer.phrase)} ${offer.assertion}`;
  if (offer.made) return make("span", { class: "verdict", text: `✓ ${words}` });
  if (!offer.decisions.length) return make("span", { class: "same", text: `${words}, as here` });
  return make("button", { type: "button", class: "offer", text: `Take over: ${words}`,
    title: "Decide so; it is kept as any decision of yours, and can be taken back",
    onclick: () => takeOver(offer) });
}

async function takeOver(offer) {
  for (const decision of offer.decisions) {
    // One after the other: a place needs the finding that is added before it.
    if (!(await send(decision))) return;
  }
  const last = offer.decisions.at(-1);
  select(state.report.items.findIndex((item) => item.start === last.start && item.end === last.end));
  say(`Taken over: ${quoted(offer.phrase)} ${offer.assertion}.`);
}
