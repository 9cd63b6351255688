// What is wider than the page gets smaller; what is short stays whole.
async () => {
  await document.fonts.ready;
  const room = Number.parseFloat(getComputedStyle(document.body).getPropertyValue("--room"));
  const shrink = (element, width, least) => {
    const fit = Math.max(least, Math.min(1, room / width));
    if (fit < 1) element.style.fontSize = `${fit * Number.parseFloat(getComputedStyle(element).fontSize)}px`;
  };
  document.body.style.width = `${room}px`;
  for (const formula of document.querySelectorAll("div.math")) {
    const drawn = formula.querySelector("semantics > *")?.getBoundingClientRect().width ?? 0;
    const number = formula.querySelector(".eqno")?.getBoundingClientRect().width ?? 0;
    shrink(formula, drawn + 2 * number + 8, 0.5);
  }
  for (const table of document.querySelectorAll("table")) shrink(table, table.scrollWidth, 0.6);
  for (const code of document.querySelectorAll("pre")) {
    if (code.textContent.split("\n").length <= 24) code.classList.add("whole");
  }
  document.body.style.width = "";
}
