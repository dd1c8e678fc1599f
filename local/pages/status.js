"use strict";
// Keeps the tables of the status page fresh: a short poll while the page is visible, text only, no markup.
const PERIOD = 2000;
const pick = (record, path) => path.split(".").reduce((value, name) => (value == null ? "" : value[name]), record);

function row(record, columns) {
  const line = document.createElement("tr");
  for (const column of columns) {
    const cell = document.createElement("td");
    const value = pick(record, column);
    cell.textContent = value === true ? "yes" : value === false ? "no" : String(value);
    cell.dataset.value = String(value);
    if (typeof value === "number") cell.className = "number";
    line.append(cell);
  }
  return line;
}

function emptyRow(text, width) {
  const line = document.createElement("tr");
  const cell = document.createElement("td");
  line.className = "empty";
  cell.colSpan = width;
  cell.textContent = text;
  line.append(cell);
  return line;
}

function show(status) {
  for (const body of document.querySelectorAll("tbody[data-rows]")) {
    const columns = body.dataset.columns.split(",");
    const records = status[body.dataset.rows];
    const rows = records.length ? records.map((record) => row(record, columns)) : [emptyRow(body.dataset.empty, columns.length)];
    body.replaceChildren(...rows);
  }
  for (const figure of document.querySelectorAll("[data-figure]")) {
    figure.textContent = pick(status, figure.dataset.figure);
  }
}

async function refresh() {
  const live = document.getElementById("live");
  try {
    const answer = await fetch("/status.json");
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.json());
    live.textContent = "running";
    live.className = "good";
  } catch {
    live.textContent = "not answering";
    live.className = "bad";
  }
}

setInterval(() => { if (!document.hidden) refresh(); }, PERIOD);
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
