// Slides fill the window unscaled, so that figures are held and dragged as on the page. Keys that a figure takes are its own.
Reveal.initialize({
  disableLayout: true,
  hash: true,
  slideNumber: "c/t",
  transition: "none",
  viewDistance: 1000,
  mobileViewDistance: 1000,
  keyboardCondition: (event) => !event.target.closest(".explorer, button, input, select"),
});
