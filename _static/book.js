"use strict";

// Opened from disk, a page may not fetch another: the search shows its hits without the summaries.
document.addEventListener("DOMContentLoaded", () => {
  if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
});

// Its summaries are words: they leave out the TeX behind the formulas.
addEventListener("DOMContentLoaded", () => {
  if (typeof Search === "undefined") return;
  const { htmlToText } = Search;
  Search.htmlToText = (html, anchor) => htmlToText(html.replace(/<annotation.*?<\/annotation>/gs, ""), anchor);
});

// A copied formula is its TeX, whole, even if only a part of it was selected.
document.addEventListener("copy", (event) => {
  const selection = getSelection();
  if (selection.isCollapsed) return;
  const range = selection.getRangeAt(0).cloneRange();
  const formulaAt = (node) => (node.closest ? node : node.parentElement).closest("math");
  const [first, last] = [range.startContainer, range.endContainer].map(formulaAt);
  if (first) range.setStartBefore(first);
  if (last) range.setEndAfter(last);
  const copied = document.createElement("div");
  copied.append(range.cloneContents());
  const formulas = copied.querySelectorAll("math");
  if (!formulas.length) return;
  event.preventDefault();
  event.clipboardData.setData("text/html", copied.innerHTML);
  for (const formula of formulas) {
    const dollars = formula.getAttribute("display") === "block" ? "$$" : "$";
    formula.replaceWith(dollars + formula.querySelector("annotation").textContent + dollars);
  }
  document.querySelector("article").append(copied); // only what is laid out has paragraphs
  event.clipboardData.setData("text/plain", copied.innerText);
  copied.remove();
});

// A formula that scrolls in its box must be reachable by keyboard. The theme sees to code and tables.
addEventListener("load", () => {
  const watch = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  document.querySelectorAll("div.math > .formula").forEach((formula) => watch.observe(formula));
});
