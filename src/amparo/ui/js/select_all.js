/* Adds a tick box to the head of a table that ticks all its rows: <table data-select-all> */
behaviour("data-select-all", (table) => {
  const boxes = [...table.querySelectorAll("tbody .amparo-tick")];
  const head = table.querySelector("thead .amparo-table__select");
  if (!head || boxes.length === 0) return;
  const all = document.createElement("input");
  Object.assign(all, { type: "checkbox", className: "amparo-tick" });
  all.setAttribute("aria-label", head.textContent.trim());
  head.replaceChildren(all);
  const count = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  all.addEventListener("change", () => boxes.forEach((box) => (box.checked = all.checked)));
  table.addEventListener("change", count);
  count();
});
