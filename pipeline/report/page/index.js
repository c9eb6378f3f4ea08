"use strict";
// Sorts and filters the one table that both views show. The page is whole without this.
(() => {
  const body = document.querySelector(".items tbody");
  if (!body) return;
  const rows = [...body.rows];
  const tools = document.getElementById("tools");

  const label = document.createElement("label");
  const field = document.createElement("input");
  const none = document.createElement("p");
  field.type = "search";
  label.append(document.body.dataset.filter, field);
  none.className = "none";
  none.setAttribute("role", "status");
  tools.append(label, none);
  field.addEventListener("input", () => {
    const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      row.hidden = !wanted.every((w) => row.dataset.f.includes(w));
      if (!row.hidden) shown++;
    }
    none.textContent = shown ? "" : document.body.dataset.none;
  });

  const key = (row, column) => {
    const cell = row.cells[column];
    const text = cell.dataset.s ?? cell.textContent.trim();
    return text !== "" && !Number.isNaN(Number(text)) ? Number(text) : text;
  };
  const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : order.compare(String(a), String(b)));
  document.querySelector(".sortby").textContent = document.body.dataset.sort;
  const heads = [...document.querySelectorAll(".items thead th")];
  for (const head of heads) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const column = head.cellIndex;
      const numeric = rows.some((r) => r.cells[column].dataset.s !== undefined && !Number.isNaN(Number(r.cells[column].dataset.s)));
      const first = numeric ? "descending" : "ascending";
      const now = head.getAttribute("aria-sort");
      const next = now === null ? first : now === "ascending" ? "descending" : "ascending";
      for (const h of heads) h.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", next);
      const sign = next === "ascending" ? 1 : -1;
      body.append(...rows.sort((a, b) => sign * compare(key(a, column), key(b, column))));
    });
  }
})();
