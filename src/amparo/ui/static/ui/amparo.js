const behaviours = [];
const begun = new WeakMap();

function behaviour(attribute, begin) {
  behaviours.push([attribute, begin]);
}

function beginAll(root) {
  for (const [attribute, begin] of behaviours) {
    const inside = root.querySelectorAll(`[${attribute}]`);
    for (const element of root.matches?.(`[${attribute}]`) ? [root, ...inside] : inside) {
      const known = begun.get(element) ?? begun.set(element, new Set()).get(element);
      if (known.has(attribute)) continue;
      known.add(attribute);
      begin(element, element.getAttribute(attribute));
    }
  }
}


const policy = window.trustedTypes?.createPolicy("amparo", { createHTML: (text) => text });

async function fetchPage(address) {
  const answer = await fetch(address, { headers: { "X-Requested-With": "amparo" }, credentials: "same-origin" });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  const text = await answer.text();
  return new DOMParser().parseFromString(policy ? policy.createHTML(text) : text, "text/html");
}


setTimeout(() => beginAll(document.documentElement));

// count.js
{
behaviour("data-count", (line, limit) => {
  const box = document.getElementById(line.dataset.countFor);
  if (!box) return;
  const numbers = new Intl.NumberFormat(document.documentElement.lang);
  const say = () => {
    const left = Number(limit) - box.value.length;
    const words = left < 0 ? line.dataset.countOver : line.dataset.countLeft;
    line.textContent = words.replace("%n", numbers.format(Math.abs(left)));
    line.classList.toggle("govuk-error-message", left < 0);
  };
  
  let waiting;
  line.setAttribute("aria-live", "polite");
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(say, 400);
  });
  if (box.value) say();
});
}

// errors.js
{
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
}

// exclusive.js
{
behaviour("data-exclusive-group", (group) => {
  group.addEventListener("change", ({ target }) => {
    if (!target.checked) return;
    for (const box of group.querySelectorAll("input[type=checkbox]")) {
      const isOther = target.hasAttribute("data-exclusive") ? box !== target : box.hasAttribute("data-exclusive");
      if (isOther) box.checked = false;
    }
  });
});
}

// exit.js
{
behaviour("data-exit", (link) => {
  const leave = () => {
    document.body.replaceChildren();
    document.title = " ";
    window.location.replace(link.href);
  };
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  let pressed = [];
  document.addEventListener("keyup", (event) => {
    pressed = event.key === "Shift" ? [...pressed, event.timeStamp].slice(-3) : [];
    if (pressed.length === 3 && pressed[2] - pressed[0] < 3000) leave();
  });
});
}

// fold.js
{
behaviour("data-fold-narrow", (details) => {
  if (window.matchMedia("(width < 60rem)").matches) details.open = false;
});
}

// guard.js
{
behaviour("data-guard", (form) => {
  let isChanged = false;
  form.addEventListener("input", () => (isChanged = true));
  form.addEventListener("submit", () => (isChanged = false));
  window.addEventListener("beforeunload", (event) => {
    if (isChanged) event.preventDefault();
  });
});
}

// menu.js
{
behaviour("data-menu", (menu) => {
  document.addEventListener("click", (event) => {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
});
}

// passkey.js
{
const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const withBytes = (one) => ({ ...one, id: toBytes(one.id) });

function asked({ publicKey }) {
  const options = { ...publicKey, challenge: toBytes(publicKey.challenge) };
  if (options.user) options.user = withBytes(options.user);
  for (const list of ["excludeCredentials", "allowCredentials"]) if (options[list]) options[list] = options[list].map(withBytes);
  return { publicKey: options };
}

function told(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  const { id, type } = credential;
  const clientExtensionResults = credential.getClientExtensionResults();
  return JSON.stringify({ id, type, rawId: toText(credential.rawId), clientExtensionResults, response });
}

behaviour("data-passkey", (form, kind) => {
  const failed = form.querySelector("[data-passkey-failed]");
  if (!navigator.credentials) form.querySelector("[data-passkey-missing]").hidden = false;
  const options = async () => {
    if (form.dataset.options) return JSON.parse(form.dataset.options);
    const answer = await fetch(form.dataset.optionsAt, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    return (await answer.json()).request_options;
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    try {
      const credential = await navigator.credentials[kind](asked(await options()));
      form.elements.namedItem("credential").value = told(credential);
      form.submit();
    } catch {
      failed.hidden = false;
    }
  });
});
}

// poll.js
{
behaviour("data-poll", (part, address) => {
  const again = () => setTimeout(look, 2000);
  const look = async () => {
    if (!part.isConnected) return;
    try {
      const fresh = (await fetchPage(address)).getElementById(part.id);
      if (!fresh?.hasAttribute("data-poll")) {
        window.location.assign(address);
        return;
      }
      part.replaceWith(fresh);
      beginAll(fresh);
    } catch {
      again();
    }
  };
  again();
});
}

// refresh.js
{
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
}

// select_all.js
{
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
}

// show_when.js
{
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
}
