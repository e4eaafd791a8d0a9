/* Shows a part only when another answer asks for it: <div data-show-when="has_debt=yes|unknown"> */
behaviour("data-show-when", (part, rule) => {
  const [name, values] = rule.split("=");
  const form = part.closest("form");
  const show = () => {
    const chosen = new FormData(form).getAll(name);
    part.hidden = !values.split("|").some((value) => chosen.includes(value));
  };
  form.addEventListener("change", show);
  show();
});
