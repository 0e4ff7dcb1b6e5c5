// Marks a page whose box does not answer any more, so that nobody takes old figures for new ones.
"use strict";
(() => {
  const mark = (old) => document.documentElement.classList.toggle("old", old);
  for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError", "htmx:swapError"]) {
    document.addEventListener(failure, () => mark(true));
  }
  document.addEventListener("htmx:afterSwap", () => mark(false));
})();
