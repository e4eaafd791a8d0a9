/* Moves to the list of errors, and from a line of it to its control: <div data-errors tabindex="-1"> */
behaviour("data-errors", (list) => {
  list.focus();
  list.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const target = link && document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    target.closest(".govuk-form-group, fieldset")?.scrollIntoView({ block: "start" });
    const control = target.matches("input, select, textarea, button") ? target : target.querySelector("input:not([type=hidden]), select, textarea");
    (control ?? target).focus({ preventScroll: true });
  });
});
