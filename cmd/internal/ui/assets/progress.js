// Keeps the line that says what still runs up to date while there is something that runs.
const line = document.querySelector("[data-progress]");
const again = async () => {
  try {
    const answer = await fetch("/progress", { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const now = await answer.json();
    line.innerHTML = now.line; // our own words and numbers, made by the server
    line.classList.toggle("busy", now.busy);
    setTimeout(again, now.busy ? 3000 : 15000);
  } catch {
    setTimeout(again, 15000);
  }
};
if (line) setTimeout(again, 3000);

// A choice in a list with data-submit is sent at once.
for (const list of document.querySelectorAll("[data-submit]")) {
  list.form.querySelector("button").hidden = true;
  list.addEventListener("change", () => list.form.requestSubmit());
}
