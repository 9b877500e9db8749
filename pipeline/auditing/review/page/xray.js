"use strict";
// The X-ray beside the report: what each points at in the other.

const xray = { shown: localStorage.getItem("xray") !== "hidden", of: null, view: null, none: false };

/** Show or hide it, for this report and those to come. */
function turnXray() {
  xray.shown = !xray.shown;
  localStorage.setItem("xray", xray.shown ? "shown" : "hidden");
  showXray();
}

/** The X-ray of the report that is shown, asked for once. */
async function showXray() {
  const id = state.report?.report_id;
  byId("look").setAttribute("aria-pressed", String(xray.shown));
  if (!xray.shown || !id || xray.none) {
    spreadXray(false);
    return;
  }
  if (xray.of === id) {
    spreadXray(byId("xray").childElementCount > 0);
    return;
  }
  xray.of = id;
  xray.view = null;
  // Never the picture of one patient beside the report of another.
  const place = byId("xray");
  sayInstead(place, "The X-ray is loading …");
  const told = await ask("study/of_report", { report_id: id });
  if (xray.of !== id) return;
  if (told.problem) {
    withoutXrays(told.problem);
    return;
  }
  if (told.images.length) {
    xray.view = showStudy(place, told.images, {
      nameOf: (concept) => state.concepts[concept] ?? told.names[concept] ?? concept.split(":").pop().replaceAll("_", " "),
      pictureOf: (image) => `/api/study/picture?${new URLSearchParams({ image_id: image.image_id })}`,
      phrases: () => state.report.items.map((item) => ({
        words: phraseOf(item), concept: conceptOf(item),
        assertion: item.decision?.action === "remove" ? "removed" : assertionOf(item),
      })),
      light: lightPhrases,
    });
  } else sayInstead(place, "No image of this report is listed.");
  spreadXray(true);
  pointAtCurrent();
}

function sayInstead(place, words) {
  place.classList.add("study");
  place.replaceChildren(make("p", { class: "study-hint", text: words }));
}

/** No report of this run has one; the page is as it would be without them. */
function withoutXrays(why) {
  xray.none = true;
  byId("look").disabled = true;
  byId("look").title = `No X-rays: ${why}`;
  spreadXray(false);
}

function spreadXray(there) {
  byId("xray").hidden = !there;
  document.body.classList.toggle("with-xray", there);
}

/** Mark the phrases that a box agrees with, and those that deny what it is like. */
function lightPhrases(agreeing, opposing) {
  for (const span of byId("text").children) {
    const numbers = span.dataset.items?.split(" ").map(Number) ?? [];
    span.classList.toggle("agrees", numbers.some((number) => agreeing.includes(number)));
    span.classList.toggle("denies", numbers.some((number) => opposing.includes(number)));
  }
}

function pointAt(item) {
  if (!xray.view || xray.of !== state.report?.report_id) return;
  xray.view.pointAt({ words: phraseOf(item), concept: conceptOf(item), assertion: assertionOf(item) });
}

/** Back from what was only pointed at to the mention that is selected. */
function pointAtCurrent() {
  const item = state.report?.items[state.current];
  if (!item) xray.view?.leave();
  else pointAt(item);
}

/** A phrase of the text can be reached with Tab, and points as it does under the mouse. */
function letPoint(span, numbers) {
  const item = state.report.items[numbers.includes(state.current) ? state.current : numbers[0]];
  span.tabIndex = 0;
  span.setAttribute("role", "button");
  span.setAttribute("aria-label", `${phraseOf(item)}: ${nameOf(conceptOf(item))}, ${assertionOf(item)}`);
  span.addEventListener("mouseenter", () => pointAt(item));
  span.addEventListener("mouseleave", pointAtCurrent);
  span.addEventListener("focus", () => pointAt(item));
  span.addEventListener("blur", pointAtCurrent);
  span.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    select(numbers[0]);
    event.preventDefault();
    event.stopPropagation();
  });
}
