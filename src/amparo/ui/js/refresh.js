/* Shows the list anew when a filter changes, without loading the page: <form method="get" data-refresh="#people"> */
behaviour("data-refresh", (form, selector) => {
  const side = () => form.closest(".amparo-filters");
  const show = async (address) => {
    const list = document.querySelector(selector);
    list.setAttribute("aria-busy", "true");
    try {
      const page = await fetchPage(address);
      const fresh = page.querySelector(selector);
      if (!fresh) throw new Error("no list");
      list.replaceWith(fresh);
      beginAll(fresh);
      replaceApplied(side(), page.querySelector(".amparo-filters__applied"));
      window.history.replaceState(null, "", address);
    } catch {
      window.location.assign(address);
    }
  };
  const replaceApplied = (here, fresh) => {
    here?.querySelector(".amparo-filters__applied")?.remove();
    if (fresh) here?.querySelector(".amparo-filters__fold").before(fresh);
  };
  const address = () => {
    const filled = [...new FormData(form)].filter(([, value]) => value !== "");
    return `${form.action.split("?")[0]}?${new URLSearchParams(filled)}`;
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show(address());
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("select, input[type=checkbox], input[type=radio]")) show(address());
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest(`${selector} .amparo-table__sort, ${selector} .amparo-pager__link`);
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(link.href).then(() => document.querySelector(selector)?.scrollIntoView({ block: "nearest" }));
  });
});
