// A covered picture that is held down is shown only that long. A click, or Enter, shows it until the next.
const patience = 300; // milliseconds
const covers = "details.pic > summary, details.both > summary, details.drawn > summary";
let timer = 0;
let held = null;

document.addEventListener("pointerdown", (e) => {
  const summary = e.button === 0 && e.target.closest(covers);
  if (!summary || summary.parentElement.open) return;
  timer = setTimeout(() => {
    held = summary.parentElement;
    held.open = true;
  }, patience);
});

for (const end of ["pointerup", "pointercancel", "blur"]) {
  addEventListener(end, () => {
    clearTimeout(timer);
    if (!held) return;
    const was = held;
    was.open = false;
    setTimeout(() => held === was && (held = null)); // the click that follows is the end of the holding
  });
}

document.addEventListener("click", (e) => {
  if (!held || !held.contains(e.target)) return;
  e.preventDefault();
  held = null;
}, true);
// A picture that is shown is covered by a click on itself, too.
document.addEventListener("click", (e) => {
  const shown = !e.defaultPrevented && e.target.closest("img, svg.own") && e.target.closest("details[open].pic, details[open].both, details[open].drawn");
  if (shown && !e.target.closest("summary")) shown.open = false;
});

document.addEventListener("contextmenu", (e) => held?.contains(e.target) && e.preventDefault());
document.addEventListener("dragstart", (e) => e.target.closest?.(covers) && e.preventDefault());
