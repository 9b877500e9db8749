"use strict";
// A study's X-ray with what people and methods have marked on it, and what an attribute attends to.
// Everything that comes from tables is untrusted: it only ever becomes text nodes and numbers.

const SVG = "http://www.w3.org/2000/svg";
const MAP_SIDE = 32;
// Below this share of the attention a region is not lit, and below that it is not told in numbers.
const LIT = 0.02;
const TOLD = 0.1;

// What is drawn stays as it was chosen from one study to the next.
const drawn = { method: null, references: false, map: false, candidates: false };

const plainMethod = (name) => ({ cam: "CAM", grad_cam: "Grad-CAM", layer_cam: "LayerCAM" }[name]
  ?? name.replaceAll("_", " "));
const percent = (share) => `${Math.round(share * 100)}%`;
const quotedWords = (words) => `“${words.replace(/\s+/g, " ")}”`;

function element(tag, { text, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made[name] = value;
    else if (value !== undefined && value !== false) made.setAttribute(name, value);
  }
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

function shape(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * Show the images of a study in `place`.
 *
 * `images` are as `command_line/study_view/studies.py` has them. `nameOf` gives a concept in words,
 * `pictureOf` an image's address. `phrases()` lists what the report says, as `{ words, concept,
 * assertion }`, and `light(agreeing, opposing)` marks some of them, by their place in that list.
 *
 * Returns `pointAt(phrase)`, which lights the regions that its attribute attends to, and `leave()`.
 */
function showStudy(place, images, { nameOf, pictureOf, phrases, light }) {
  let image = images[0];
  let pinned = null;
  const parts = {
    picked: element("div", { class: "study-images" }),
    film: element("div", { class: "study-film" }),
    methods: element("div", { class: "study-methods", role: "group", "aria-label": "What found it" }),
    switches: element("div", { class: "study-switches" }),
    legend: element("ul", { class: "study-legend", "aria-label": "What the marks mean" }),
    told: element("div", { class: "study-told", role: "status", "aria-live": "polite" }),
  };
  place.classList.add("study");
  place.draw = draw;
  place.replaceChildren(parts.picked, parts.film, parts.legend, parts.methods, parts.switches, parts.told);

  const reading = () => image.readings.find((one) => one.method === drawn.method) ?? image.readings[0];
  const attending = () => (reading()?.regions.length ? reading()
    : image.readings.find((one) => one.regions.length));

  // Choosing

  function chooseImage() {
    parts.picked.hidden = images.length < 2;
    parts.picked.replaceChildren(...images.map((one, index) => element("button", {
      type: "button", "aria-pressed": String(one === image), text: `${index + 1} · ${one.view ?? "view unknown"}`,
      onclick: () => { image = one; pinned = null; draw(); },
    })));
  }

  function chooseMethod() {
    const now = reading();
    parts.methods.replaceChildren(...image.readings.map((one) => element("button", {
      type: "button", "aria-pressed": String(one === now), "data-method": one.method,
      text: plainMethod(one.method),
      onclick: () => { drawn.method = one.method; drawAll(); again(parts.methods, `[data-method="${CSS.escape(one.method)}"]`); },
    })));
  }

  function again(within, which) {
    within.querySelector(which)?.focus();
  }

  function switchOf(name, words, title, able) {
    return element("button", {
      type: "button", "aria-pressed": String(drawn[name]), "data-switch": name, text: words, title,
      disabled: !able && "",
      onclick: () => { drawn[name] = !drawn[name]; drawAll(); again(parts.switches, `[data-switch="${name}"]`); },
    });
  }

  function chooseMarks() {
    const now = reading();
    const below = now?.boxes.some((box) => !box.counts);
    parts.switches.replaceChildren(
      switchOf("references", "Reference boxes", "What a reader, or the phantom's truth, has marked", image.references.length),
      switchOf("map", "Map", "Where the method sees what it looks for", now?.maps.all),
      switchOf("candidates", "Uncertain boxes too", "Boxes that do not reach the method's threshold", below));
  }

  // Drawing

  /** What is drawn is one choice for all studies of a page. */
  function drawAll() {
    document.querySelectorAll(".study").forEach((one) => one.draw?.());
  }

  function draw() {
    pinned = null;
    chooseImage();
    chooseMethod();
    chooseMarks();
    drawFilm();
    drawLegend();
    rest();
  }

  function drawFilm() {
    const { width, height } = image;
    const picture = image.picture ?? pictureOf(image);
    const shown = image.problem ? element("p", { class: "study-missing", text: `No picture: ${image.problem}.` })
      : element("img", { src: picture, alt: `X-ray ${image.view ?? ""}`.trim(), draggable: "false", onerror: () => missing(shown) });
    const marks = shape("svg", { viewBox: `0 0 ${width} ${height}`, class: "study-marks", role: "group", "aria-label": "Boxes" });
    parts.film.style.aspectRatio = `${width} / ${height}`;
    parts.film.style.setProperty("--shape", String(width / height));
    parts.film.replaceChildren(shown, element("canvas", { class: "study-map", width: MAP_SIDE, height: MAP_SIDE, hidden: "" }), marks);
    if (image.view !== "LATERAL" && image.view !== "OTHER") {
      parts.film.append(
        element("span", { class: "study-side right", text: "R", title: "The patient's right, as the file lies" }),
        element("span", { class: "study-side left", text: "L", title: "The patient's left, as the file lies" }));
    }
    if (drawn.references) marks.append(...image.references.map(referenceMark));
    // The large ones first, so that those within them lie on top and can be pointed at.
    marks.append(...shownBoxes().map((box, index) => [box, boxMark(box, index)])
      .sort(([a], [b]) => b.width * b.height - a.width * a.height).map(([, mark]) => mark));
    marks.append(shape("g", { class: "study-lit" }));
    showMap(drawn.map ? reading()?.maps.all : null);
  }

  async function missing(shown) {
    const why = await fetch(pictureOf(image)).then((answer) => answer.json()).then((told) => told.error).catch(() => null);
    shown.replaceWith(element("p", { class: "study-missing", text: `No picture: ${why ?? "the server does not answer"}.` }));
  }

  const shownBoxes = () => (reading()?.boxes ?? []).filter((box) => box.counts || drawn.candidates);

  /** An upright rectangle, its number in a corner; lines stay as thin on large pictures. */
  function frame(box, words) {
    const size = image.width / 26;
    const label = words ? [shape("text", { x: box.x + size * 0.25, y: box.y + size * 0.95, "font-size": size }, words)] : [];
    return [shape("rect", { x: box.x, y: box.y, width: box.width, height: box.height }), ...label];
  }

  /** Move a number down until it stands on none that was placed before. */
  function keepApart(label, placed) {
    if (!label) return;
    const size = image.width / 26;
    const x = Number(label.getAttribute("x"));
    let y = Number(label.getAttribute("y"));
    while (placed.some((other) => Math.abs(other.x - x) < 2.6 * size && Math.abs(other.y - y) < size)) y += size * 1.05;
    label.setAttribute("y", y);
    placed.push({ x, y });
  }

  function referenceMark(box) {
    const words = `Reference: ${nameOf(box.label)}, ${box.annotator}`;
    const mark = shape("g", { class: "study-reference", tabindex: 0, role: "img", "aria-label": words }, ...frame(box));
    mark.append(shape("title", {}, words));
    const tell = () => tellReference(box);
    mark.addEventListener("mouseenter", tell);
    mark.addEventListener("focus", tell);
    mark.addEventListener("mouseleave", rest);
    mark.addEventListener("blur", rest);
    return mark;
  }

  function boxMark(box, index) {
    const most = Object.keys(box.attributes).slice(0, 3).map(nameOf).join(", ");
    const mark = shape("g", {
      class: box.counts ? "study-box" : "study-box uncertain", tabindex: 0, role: "button", "data-box": index,
      "aria-label": `Box ${index + 1} of ${plainMethod(reading().method)}, score ${box.score.toFixed(2)}${most ? `: ${most}` : ""}`,
    }, ...frame(box, String(index + 1)));
    const tell = () => tellBox(box, index, mark);
    const keep = () => { pinned = pinned === box ? null : box; tell(); };
    mark.addEventListener("mouseenter", tell);
    mark.addEventListener("focus", tell);
    mark.addEventListener("mouseleave", rest);
    mark.addEventListener("blur", rest);
    mark.addEventListener("click", keep);
    mark.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { pinned = null; rest(); }
      else if (event.key === "Enter" || event.key === " ") keep();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    return mark;
  }

  /** A map as a veil whose density says how much; one hue, so that nobody must tell colours apart. */
  function showMap(values) {
    const canvas = parts.film.querySelector("canvas");
    canvas.hidden = !values;
    if (!values) return;
    const context = canvas.getContext("2d");
    const veil = context.createImageData(MAP_SIDE, MAP_SIDE);
    values.forEach((value, cell) => veil.data.set([230, 159, 0, Math.round(value * 0.62)], cell * 4));
    context.putImageData(veil, 0, 0);
  }

  function drawLegend() {
    const now = reading();
    const rows = [];
    if (now?.boxes.length) rows.push(["box", `box of ${plainMethod(now.method)}`]);
    if (now?.boxes.length && drawn.candidates) rows.push(["box uncertain", "below its threshold"]);
    if (drawn.references && image.references.length) rows.push(["reference", "reference"]);
    if (attending()) rows.push(["lit", "attended to"]);
    if (drawn.map && now?.maps.all) rows.push(["veil", "map"]);
    parts.legend.replaceChildren(...rows.map(([name, words]) => element("li", {},
      element("span", { class: `study-swatch ${name}` }), words)));
  }

  // Telling

  function rest() {
    clearLight();
    if (pinned) {
      const index = shownBoxes().indexOf(pinned);
      if (index >= 0) { tellBox(pinned, index, parts.film.querySelector(`[data-box="${index}"]`)); return; }
      pinned = null;
    }
    light([], []);
    const now = reading();
    if (!now) {
      parts.told.replaceChildren(element("p", { text: "No method has read this image." }));
      return;
    }
    const counted = now.boxes.filter((box) => box.counts).length;
    const extent = now.extent === null ? "" : ` Extent ${now.extent.toFixed(1)} of 8, opacity ${now.opacity.toFixed(1)} of 6.`;
    const rule = now.least_score === null ? " (at most the three most certain: no threshold was chosen)" : "";
    parts.told.replaceChildren(element("p", {}, element("b", { text: plainMethod(now.method) }),
      ` finds ${counted} ${counted === 1 ? "box" : "boxes"}${rule}.${extent}`),
    element("p", { class: "study-hint", text: "Point at a phrase or at a box, or reach it with Tab." }));
  }

  function clearLight() {
    parts.film.querySelector(".study-lit")?.replaceChildren();
    parts.film.querySelectorAll(".study-box.told").forEach((mark) => mark.classList.remove("told"));
    parts.film.classList.remove("pointing");
    if (parts.film.querySelector("canvas")) showMap(drawn.map ? reading()?.maps.all : null);
  }

  function bars(pairs) {
    return element("dl", { class: "study-bars" }, ...pairs.flatMap(([concept, probability]) => [
      element("dt", { text: nameOf(concept) }),
      element("dd", {}, element("meter", { min: 0, max: 1, value: probability, "aria-label": nameOf(concept) }), percent(probability)),
    ]));
  }

  function tellBox(box, index, mark) {
    clearLight();
    mark?.classList.add("told");
    const said = phrases();
    const about = (wanted) => said.map((phrase, number) => number)
      .filter((number) => said[number].concept in box.attributes && wanted.includes(said[number].assertion));
    const agreeing = about(["affirmed", "uncertain"]);
    const opposing = about(["negated"]);
    light(agreeing, opposing);
    const list = (numbers) => [...new Set(numbers.map((number) => quotedWords(said[number].words)))].join(", ");
    const rows = [
      element("p", {}, element("b", { text: `Box ${index + 1}` }),
        ` · score ${box.score.toFixed(2)}${box.counts ? "" : " · below the threshold"}${pinned === box ? " · kept; Esc lets go" : ""}`),
    ];
    const attributes = Object.entries(box.attributes);
    if (attributes.length) {
      rows.push(bars(attributes),
        element("p", { text: agreeing.length ? `The report agrees: ${list(agreeing)}` : "No phrase of the report says this." }));
    } else rows.push(element("p", { class: "study-hint", text: "This method gives no characteristics." }));
    if (opposing.length) rows.push(element("p", { class: "against", text: `The report denies: ${list(opposing)}` }));
    parts.told.replaceChildren(...rows);
  }

  function tellReference(box) {
    clearLight();
    light([], []);
    parts.told.replaceChildren(element("p", {}, element("b", { text: "Reference box" }), ` · ${nameOf(box.label)} · ${box.annotator}`),
      ...(box.phrase ? [element("p", { text: quotedWords(box.phrase) })] : []));
  }

  function pointAt({ words, concept, assertion }) {
    clearLight();
    light([], []);
    const rows = [element("p", {}, element("b", { text: quotedWords(words) }), ` · ${nameOf(concept)}${assertion === "affirmed" ? "" : `, ${assertion}`}`)];
    const now = attending();
    const shares = now?.regions.map((region) => region.shares[concept] ?? 0) ?? [];
    const most = Math.max(0, ...shares);
    const held = (now ?? reading())?.probabilities[concept];
    if (most > 0) {
      parts.film.classList.add("pointing");
      const lit = parts.film.querySelector(".study-lit");
      const told = [];
      now.regions.forEach((region, number) => {
        const share = shares[number];
        if (share < LIT) return;
        const mark = shape("g", { class: "study-region" }, ...frame(region, share >= TOLD ? percent(share) : ""));
        keepApart(mark.querySelector("text"), told);
        // Faint enough to see through: what lies there is what matters.
        mark.firstChild.setAttribute("fill-opacity", (0.05 + 0.25 * (share / most)).toFixed(3));
        mark.firstChild.style.strokeWidth = String(1 + 2 * (share / most));
        lit.append(mark);
      });
      rows.push(element("p", { text: `${percent(most)} of this attribute's attention (${plainMethod(now.method)}) falls on the brightest region.` }));
    } else if (reading()?.maps[concept]) {
      parts.film.classList.add("pointing");
      showMap(reading().maps[concept]);
      rows.push(element("p", { text: `Where ${plainMethod(reading().method)} sees it.` }));
    } else if (held === undefined) rows.push(element("p", { class: "study-hint", text: "No method here knows this attribute." }));
    else rows.push(element("p", { class: "study-hint", text: "What it attends to was not kept for this image." }));
    if (held !== undefined) rows.push(bars([[concept, held]]), element("p", { class: "study-hint", text: "Its probability from the image alone." }));
    parts.told.replaceChildren(...rows);
  }

  draw();
  return { pointAt, leave: rest };
}
