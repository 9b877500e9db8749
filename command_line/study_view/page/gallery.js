"use strict";
// A gallery: every study with its own report, in one file.

const { studies, names } = JSON.parse(document.getElementById("studies").textContent);
const nameOf = (concept) => names[concept] ?? concept.split(":").pop().replaceAll("_", " ");
drawn.references = true;

studies.forEach(({ images, phrases }, number) => {
  const article = document.getElementById(`study-${number}`);
  const spans = [...article.querySelectorAll(".phrase")];
  const numbersOf = (span) => span.dataset.phrases.split(" ").map(Number);
  const view = showStudy(article.querySelector(".xray"), images, {
    nameOf,
    pictureOf: (image) => image.picture,
    phrases: () => phrases,
    light: (agreeing, opposing) => spans.forEach((span) => {
      span.classList.toggle("agrees", numbersOf(span).some((one) => agreeing.includes(one)));
      span.classList.toggle("denies", numbersOf(span).some((one) => opposing.includes(one)));
    }),
  });
  let kept = null;
  const back = () => { if (kept) view.pointAt(phrases[numbersOf(kept)[0]]); else view.leave(); };
  const keep = (span) => {
    const next = kept === span ? null : span;
    kept?.classList.remove("current");
    kept = next;
    kept?.classList.add("current");
    back();
  };
  spans.forEach((span) => {
    const point = () => view.pointAt(phrases[numbersOf(span)[0]]);
    span.addEventListener("mouseenter", point);
    span.addEventListener("focus", point);
    span.addEventListener("mouseleave", back);
    span.addEventListener("blur", back);
    span.addEventListener("click", () => keep(span));
    span.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      keep(span);
      event.preventDefault();
    });
  });
});
