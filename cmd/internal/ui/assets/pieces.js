// Finds pieces of the file's structure by words: those that hold none are folded away. Without it the tree is there as a whole.
const tree = document.querySelector("#structure .tree");
const template = document.querySelector("template[data-pieces]");

if (tree && template) {
  const search = template.content.cloneNode(true);
  const text = search.querySelector("input");
  const count = search.querySelector("p");
  search.querySelector("form").addEventListener("submit", (e) => e.preventDefault());
  tree.before(search);
  const said = (li) => [...li.querySelectorAll(":scope > p, :scope > details > summary, :scope > details > .vals")].map((e) => e.textContent).join(" ").toLowerCase();
  const pieces = [...tree.querySelectorAll("li")].map((li) => ({ li, fold: li.querySelector(":scope > details"), own: said(li), all: li.textContent.toLowerCase() }));

  const filter = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    for (const p of pieces) {
      const within = words.every((w) => p.all.includes(w));
      p.li.hidden = !within;
      if (p.fold) p.fold.open = words.length > 0 && within;
      if (words.every((w) => p.own.includes(w))) n++;
    }
    count.textContent = count.dataset.line.replace("{shown}", n).replace("{all}", pieces.length);
  };
  let wait = 0;
  text.addEventListener("input", () => {
    clearTimeout(wait); // the count is read out once, not at every letter
    wait = setTimeout(filter, 150);
  });
  filter();
}
