/* Ticking a reason for no answer takes the answers off, and the other way round: <div data-exclusive-group> … <input data-exclusive> */
behaviour("data-exclusive-group", (group) => {
  group.addEventListener("change", ({ target }) => {
    if (!target.checked) return;
    for (const box of group.querySelectorAll("input[type=checkbox]")) {
      const isOther = target.hasAttribute("data-exclusive") ? box !== target : box.hasAttribute("data-exclusive");
      if (isOther) box.checked = false;
    }
  });
});
