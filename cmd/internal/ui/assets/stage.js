// Two photos held against each other: beside, swept, through each other, in turn, and what differs. Both move and grow together.
const stage = document.querySelector("[data-stage]");
if (stage) open(stage);

function open(stage) {
  const tools = document.querySelector("[data-tools]");
  const reveal = document.querySelector("[data-reveal]");
  const failed = document.querySelector("[data-failed]");
  const slide = tools.querySelector("[data-slide]");
  const aligned = tools.querySelector("[data-aligned]");
  const panes = { a: stage.querySelector("[data-side=a]"), b: stage.querySelector("[data-side=b]") };
  const covers = { a: panes.a.querySelector("img"), b: panes.b.querySelector("img") };
  const map = stage.dataset.map ? JSON.parse(stage.dataset.map) : null;
  const swap = tools.querySelector("[data-swap]");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const look = { scale: 1, x: 0, y: 0, mode: "side", blink: 0 };
  let shown = null;

  const load = (src) =>
    new Promise((done, fail) => {
      const img = new Image();
      img.onload = () => done(img);
      img.onerror = fail;
      img.src = src;
    });

  reveal.addEventListener("click", async () => {
    reveal.disabled = true;
    try {
      const [a, b] = await Promise.all([load(stage.dataset.a), load(stage.dataset.b)]);
      a.alt = "A";
      b.alt = "B";
      covers.a.replaceWith(a);
      covers.b.replaceWith(b);
      shown = { a, b };
      stage.classList.add("shown");
      tools.hidden = false;
      reveal.hidden = true;
      fit();
      stage.focus();
    } catch {
      failed.hidden = false;
    }
    reveal.disabled = false;
  });

  tools.querySelector("[data-hide]").addEventListener("click", hide);
  function hide() {
    if (!shown) return;
    shown.a.replaceWith(covers.a);
    shown.b.replaceWith(covers.b);
    shown = null;
    clearInterval(look.blink);
    stage.className = "stage";
    for (const pane of Object.values(panes)) pane.style.cssText = "";
    tools.hidden = true;
    reveal.hidden = false;
  }

  // The frame is B's size: what both are drawn in before the view is moved. Without a map A is stretched to it.
  const stacked = () => look.mode !== "side";
  const room = () => {
    const r = panes.b.getBoundingClientRect();
    return { w: r.width, h: r.height };
  };

  // fitting is where a picture lies that fills the room as a whole.
  function fitting(img) {
    const { w, h } = room();
    const scale = Math.min(w / img.naturalWidth, h / img.naturalHeight);
    return { scale, x: (w - img.naturalWidth * scale) / 2, y: (h - img.naturalHeight * scale) / 2 };
  }

  function fit() {
    Object.assign(look, fitting(shown.b));
    draw();
  }

  // The map takes fractions of A to fractions of B; on the page it takes pixels of A to pixels of B, as a column-major 4 by 4 matrix.
  function laidOn() {
    const [w, h, wa, ha] = [shown.b.naturalWidth, shown.b.naturalHeight, shown.a.naturalWidth, shown.a.naturalHeight];
    if (!map || (aligned && !aligned.checked)) return `matrix(${w / wa}, 0, 0, ${h / ha}, 0, 0)`;
    const m = map;
    const p = [
      [(m[0] * w) / wa, (m[1] * w) / ha, m[2] * w],
      [(m[3] * h) / wa, (m[4] * h) / ha, m[5] * h],
      [m[6] / wa, m[7] / ha, m[8]],
    ].map((row) => row.map((v) => v / m[8]));
    return `matrix3d(${p[0][0]},${p[1][0]},0,${p[2][0]},${p[0][1]},${p[1][1]},0,${p[2][1]},0,0,1,0,${p[0][2]},${p[1][2]},0,${p[2][2]})`;
  }

  function draw() {
    if (!shown) return;
    stage.classList.toggle("stacked", stacked());
    stage.classList.toggle("difference", look.mode === "difference");
    const moved = `translate(${look.x}px, ${look.y}px) scale(${look.scale})`;
    shown.b.style.transform = moved;
    if (stacked()) {
      shown.a.style.transform = `${moved} ${laidOn()}`;
    } else {
      const [a, b] = [fitting(shown.a), fitting(shown.b)];
      const grown = look.scale / b.scale;
      shown.a.style.transform = `translate(${look.x + grown * (a.x - b.x)}px, ${look.y + grown * (a.y - b.y)}px) scale(${a.scale * grown})`;
    }
    const { width, height } = stage.getBoundingClientRect();
    stage.style.setProperty("--w", `${width}px`); // what is printed is what is seen, made smaller: A4 between its margins is 680 pixels wide
    stage.style.setProperty("--h", `${height}px`);
    stage.style.setProperty("--onto-paper", Math.min(1, 670 / width, 640 / height));
    const part = Number(slide.value);
    panes.b.style.clipPath = look.mode === "swipe" ? `inset(0 0 0 ${part}%)` : "";
    panes.b.style.opacity = look.mode === "onion" ? part / 100 : 1;
    slide.closest("label").hidden = look.mode !== "swipe" && look.mode !== "onion";
    if (aligned) aligned.closest("label").hidden = !stacked();
    swap.hidden = look.mode !== "blink";
  }

  // In turn, twice in three seconds; where motion is not wanted, by hand alone. By hand it goes on by hand.
  function blink() {
    clearInterval(look.blink);
    panes.b.style.visibility = "";
    if (look.mode !== "blink" || calm.matches) return;
    look.blink = setInterval(turn, 750);
  }

  const turn = () => (panes.b.style.visibility = panes.b.style.visibility ? "" : "hidden");
  swap.addEventListener("click", () => {
    clearInterval(look.blink);
    turn();
  });

  function choose(mode) {
    look.mode = mode;
    tools.querySelector(`[value=${mode}]`).checked = true;
    const before = room();
    draw();
    blink();
    const after = room();
    if (before.w !== after.w || before.h !== after.h) fit();
  }

  function zoom(by, x, y) {
    const { w, h } = room();
    const [cx, cy] = [x ?? w / 2, y ?? h / 2];
    const next = Math.min(Math.max(look.scale * by, 0.02), 16);
    look.x = cx - ((cx - look.x) * next) / look.scale;
    look.y = cy - ((cy - look.y) * next) / look.scale;
    look.scale = next;
    draw();
  }

  function move(x, y) {
    look.x += x * 60;
    look.y += y * 60;
    draw();
  }

  const arrows = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  const zooms = { in: () => zoom(1.25), out: () => zoom(0.8), fit, full: () => zoom(1 / look.scale) };
  tools.addEventListener("change", (e) => (e.target.name === "mode" ? choose(e.target.value) : draw()));
  slide.addEventListener("input", draw);
  tools.addEventListener("click", (e) => zooms[e.target.dataset.zoom]?.());
  calm.addEventListener("change", blink);
  addEventListener("resize", () => shown && fit());

  stage.addEventListener("wheel", (e) => {
    if (!shown) return;
    e.preventDefault();
    const r = stage.getBoundingClientRect();
    const { w } = room();
    zoom(e.deltaY < 0 ? 1.15 : 1 / 1.15, (e.clientX - r.left) % (stacked() ? r.width : w + 8), e.clientY - r.top);
  }, { passive: false });
  let drag = null;
  stage.addEventListener("pointerdown", (e) => {
    if (!shown) return;
    drag = { x: e.clientX - look.x, y: e.clientY - look.y };
    stage.setPointerCapture(e.pointerId);
  });
  stage.addEventListener("pointermove", (e) => {
    if (!drag) return;
    look.x = e.clientX - drag.x;
    look.y = e.clientY - drag.y;
    draw();
  });
  for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, () => (drag = null));

  const modes = ["side", "swipe", "onion", "blink", "difference"];
  document.addEventListener("keydown", (e) => {
    if (!shown || document.querySelector("dialog[open]") || e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input:not([type=radio], [type=checkbox]), textarea, select")) return;
    const digit = /^Digit([1-5])$/.exec(e.code);
    if (digit) choose(modes[digit[1] - 1]);
    else if (e.code === "Equal" || e.code === "NumpadAdd") zooms.in();
    else if (e.code === "Minus" || e.code === "NumpadSubtract") zooms.out();
    else if (e.code === "Digit0") fit();
    else if (e.code === "Digit9") zooms.full();
    else if (arrows[e.code] && !e.target.closest("input, .tw")) move(...arrows[e.code]);
    else if (e.code === "KeyA" && aligned) aligned.click();
    else if (e.code === "Space" && look.mode === "blink" && !e.target.closest("button, input, summary, a")) swap.click();
    else if (e.code === "Escape") hide();
    else return;
    e.preventDefault();
  });
}
