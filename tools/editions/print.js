// What is wider than the page gets smaller; what is short stays whole.
async () => {
  await document.fonts.ready;
  const room = Number.parseFloat(getComputedStyle(document.body).getPropertyValue("--room"));
  const size = (element) => Number.parseFloat(getComputedStyle(element).fontSize);
  const shrink = (element, width, least) => {
    const fit = Math.max(least, Math.min(1, element.parentElement.clientWidth / width));
    if (fit < 1) element.style.fontSize = `${fit * size(element)}px`;
  };
  const lines = (code) => code.textContent.trimEnd().split("\n");
  document.body.style.width = `${room}px`;
  for (const formula of document.querySelectorAll("div.math")) {
    const drawn = formula.querySelector("semantics > *")?.getBoundingClientRect().width ?? 0;
    const number = formula.querySelector(".eqno")?.getBoundingClientRect().width ?? 0;
    shrink(formula, drawn + 2 * number + 8, 0.5);
  }
  for (const table of document.querySelectorAll("table")) {
    shrink(table, table.scrollWidth, 0.6);
    table.classList.toggle("whole", table.rows.length <= 12);
  }
  for (const code of document.querySelectorAll("pre")) {
    const longest = Math.max(...lines(code).map((line) => line.length));
    shrink(code, (0.61 * longest + 2) * size(code), 0.85);
    code.classList.toggle("whole", lines(code).length <= 24);
  }
  document.body.style.width = "";
}
