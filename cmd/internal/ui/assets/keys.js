// Shortcuts by the place of a key, so that they are the same on Latin and Cyrillic layouts. Letters typed into a field are letters.
const rows = [...document.querySelectorAll("[data-row]")];
let at = -1;

const go = (step) => {
  if (!rows.length) return;
  rows[at]?.classList.remove("at");
  at = Math.min(Math.max(at + step, 0), rows.length - 1);
  rows[at].classList.add("at");
  rows[at].scrollIntoView({ block: "nearest" });
  rows[at].querySelector("h2 a, th a")?.focus({ preventScroll: true });
};

// reveal opens or closes every covered picture of a page, or of the row that is chosen.
const reveal = () => {
  const stage = document.querySelector("[data-reveal]");
  if (stage && !stage.hidden) return stage.click();
  const inside = at >= 0 ? rows[at] : document;
  const all = [...inside.querySelectorAll("details.pic, details.both")];
  const open = !all.every((d) => d.open);
  for (const d of all) d.open = open;
};

const decide = () => {
  const place = document.querySelector("#decided");
  if (!place) return;
  if (place.tagName === "DETAILS") place.open = true;
  for (const fold of place.querySelectorAll(".formfold")) fold.open = true;
  place.scrollIntoView({ block: "nearest" });
  place.querySelector("input[type=radio]")?.focus({ preventScroll: true });
};

// next goes to the comparison with the next match of a report.
let match = -1;
const nextMatch = () => {
  const all = [...document.querySelectorAll("article.match")];
  if (!all.length) return;
  match = (match + 1) % all.length;
  all[match].scrollIntoView({ block: "start" });
  (all[match].querySelector("a[href^='/compare/']") ?? all[match].querySelector("a"))?.focus({ preventScroll: true });
};

// help shows the keys over the page, which stays as it is.
const help = () => {
  const box = document.querySelector("[data-keys]");
  if (box.open) box.close();
  else box.showModal();
};

// search goes to the field of the library, from any page.
const search = () => {
  const field = document.querySelector("[data-key=search]");
  if (field) field.focus();
  else location.assign("/#find");
};
if (location.hash === "#find") search();

const acts = {
  KeyJ: () => go(1),
  KeyK: () => go(-1),
  KeyL: () => document.querySelector("[data-key=library]")?.click(),
  KeyR: reveal,
  KeyD: decide,
  KeyN: nextMatch,
  Period: () => document.querySelector("[data-key=next-open]")?.click(),
  KeyZ: () => document.querySelector("[data-key=undo]")?.focus(),
  KeyF: () => document.querySelector("[data-fields-text]")?.focus(),
  Slash: search,
};

// A stretch in common that was asked for shows its pictures.
const segment = () => {
  const chosen = location.hash.startsWith("#s") && document.getElementById(location.hash.slice(1))?.querySelector("details.both");
  if (chosen) chosen.open = true;
};
addEventListener("hashchange", segment);
for (const band of document.querySelectorAll("svg.map a")) band.addEventListener("click", () => setTimeout(segment)); // the one that was chosen before, too
segment();

// What an address leads to is opened where it is folded away.
const unfold = () => {
  const fold = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)))?.closest("details.panel");
  if (fold && !fold.open) {
    fold.open = true;
    fold.scrollIntoView({ block: "nearest" });
  }
};
addEventListener("hashchange", unfold);
unfold();

// On a narrow screen the contents of a report would stand before it for a whole screen.
if (matchMedia("(max-width: 44rem)").matches) for (const contents of document.querySelectorAll(".toc details")) contents.open = false;

document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented) return;
  if (e.target.closest("input:not([type=radio], [type=checkbox], [type=range]), textarea, select")) return;
  // A question mark lies beside the right shift on Latin layouts and above the 7 on Cyrillic ones: both the place and the sign count.
  const asked = e.key === "?" || (e.shiftKey && e.code === "Slash");
  if (!asked && document.querySelector("dialog[open]")) return;
  const act = asked ? help : acts[e.code];
  if (!act || (e.shiftKey && !asked)) return;
  e.preventDefault();
  act(e);
});
