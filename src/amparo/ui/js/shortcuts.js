/* j and k go through the rows of a list, / to the search; only for who switched them on: <body data-shortcuts> */
behaviour("data-shortcuts", (body) => {
  const move = (step) => {
    const links = [...document.querySelectorAll(".amparo-table__link")];
    const here = links.indexOf(document.activeElement);
    links[Math.min(Math.max(here + step, 0), links.length - 1)]?.focus();
  };
  const acts = { j: () => move(1), k: () => move(-1), "/": () => document.querySelector("[data-search]")?.focus() };
  body.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches("input, select, textarea, [contenteditable]");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  });
});
