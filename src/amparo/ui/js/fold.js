/* Folds what would fill the first screen of a phone: <details open data-fold-narrow> */
behaviour("data-fold-narrow", (details) => {
  if (window.matchMedia("(width < 60rem)").matches) details.open = false;
});
