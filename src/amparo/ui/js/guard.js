/* Asks before text that is not saved is lost: <form data-guard="What you typed is not saved yet."> */
behaviour("data-guard", (form) => {
  let isChanged = false;
  form.addEventListener("input", () => (isChanged = true));
  form.addEventListener("submit", () => (isChanged = false));
  window.addEventListener("beforeunload", (event) => {
    if (isChanged) event.preventDefault();
  });
});
