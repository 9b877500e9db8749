"use strict";
// What all parts of the page share: its state, elements, messages, and questions to the server.
// Report text is untrusted: it only ever becomes text nodes, never markup.

const byId = (id) => document.getElementById(id);
const state = {
  reviewer: "", concepts: {}, assertions: [], reports: [], total: 0, report: null, current: -1,
  phrase: null,
  // Where a second reader differs on the report; empty outside the queue of these.
  second: [],
  // The report that was asked for last, and how many reports and lists have been asked for: answers
  // may overtake one another, and only the last one asked for is shown.
  wanted: null, openings: 0, listings: 0,
  // This session's decisions, the last one last: what `u` takes back.
  made: [],
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
  say.timer = setTimeout(() => { said.textContent = ""; }, wrong ? 10000 : 6000);
}

/** The first answer of a server that may still be loading its tables; `wait` is told what. */
async function askUntilReady(path, wait) {
  for (;;) {
    let response;
    try {
      response = await fetch(`/api/${path}`);
    } catch {
      wait("The server has stopped; its terminal says why.", true);
      throw new Error("no answer");
    }
    if (response.ok) return response.json();
    const told = await response.json().catch(() => ({}));
    if (!told.loading) {
      wait(told.error ?? "The server refused this.", true);
      throw new Error("refused");
    }
    wait(`The server is ${told.loading} …`);
    await new Promise((go) => { setTimeout(go, 250); });
  }
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
