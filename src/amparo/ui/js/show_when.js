/* Shows a part only when another answer asks for it; what is hidden is not sent.
   <div data-show-when="country=XA|XB">, <div data-show-unless="country=XA"> */
function showFor(part, rule, isWanted) {
  const [name, values] = rule.split("=");
  const form = part.closest("form");
  const show = () => {
    const chosen = new FormData(form).getAll(name);
    part.hidden = values.split("|").some((value) => chosen.includes(value)) !== isWanted;
    for (const control of part.querySelectorAll("input, select, textarea")) control.disabled = part.hidden;
  };
  form.addEventListener("change", show);
  show();
}

behaviour("data-show-when", (part, rule) => showFor(part, rule, true));
behaviour("data-show-unless", (part, rule) => showFor(part, rule, false));
