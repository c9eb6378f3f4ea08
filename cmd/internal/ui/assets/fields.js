// Finds fields of the metadata by words and by group. Without it the tables are there as a whole.
const section = document.querySelector("#metadata");
const form = document.querySelector("template[data-fields]");
const rows = section ? [...section.querySelectorAll("table.metadata tbody tr")].map((row) => ({
  row,
  fold: row.closest("details"),
  group: row.cells[2].textContent.trim(),
  text: row.textContent.toLowerCase(),
})) : [];

if (form && rows.length) {
  section.querySelector("details").before(form.content.cloneNode(true));
  const text = section.querySelector("[data-fields-text]");
  const group = section.querySelector("[data-fields-group]");
  const count = section.querySelector("[data-fields-count]");
  const folds = [...new Set(rows.map((r) => r.fold))];
  const before = new Map(folds.map((f) => [f, f.open]));
  for (const name of [...new Set(rows.map((r) => r.group))].filter(Boolean).sort()) group.add(new Option(name, name));

  const filter = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const asked = words.length > 0 || group.value !== "";
    const hits = new Set();
    let n = 0;
    for (const r of rows) {
      const hit = (group.value === "" || r.group === group.value) && words.every((w) => r.text.includes(w));
      r.row.hidden = !hit;
      if (hit) {
        n++;
        hits.add(r.fold);
      }
    }
    for (const f of folds) {
      f.hidden = !hits.has(f);
      f.open = asked ? hits.has(f) : before.get(f);
    }
    count.textContent = count.dataset.line.replace("{shown}", n).replace("{all}", rows.length);
  };
  let wait = 0;
  text.addEventListener("input", () => {
    clearTimeout(wait); // the count is read out once, not at every letter
    wait = setTimeout(filter, 150);
  });
  group.addEventListener("change", filter);
  section.querySelector("form").addEventListener("submit", (e) => e.preventDefault());
  filter();
}
