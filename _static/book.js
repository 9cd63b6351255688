"use strict";

// Opened from disk, a page may not fetch another: the search shows its hits without the summaries.
document.addEventListener("DOMContentLoaded", () => {
  if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
});

// A formula that scrolls in its box must be reachable by keyboard. The theme sees to code and tables.
addEventListener("load", async () => {
  await window.MathJax?.startup?.promise;
  const watch = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  document.querySelectorAll("div.math mjx-container").forEach((formula) => watch.observe(formula));
});
