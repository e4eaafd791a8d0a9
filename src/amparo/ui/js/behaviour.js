/* Finds elements by a data- attribute and gives each its behaviour once, also after a part of the page was replaced.
   <form data-guard="What you typed is not saved yet."> */
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

/* Pages of our own server are the only text ever turned into a document. */
const policy = window.trustedTypes?.createPolicy("amparo", { createHTML: (text) => text });

async function fetchPage(address) {
  const answer = await fetch(address, { headers: { "X-Requested-With": "amparo" }, credentials: "same-origin" });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  const text = await answer.text();
  return new DOMParser().parseFromString(policy ? policy.createHTML(text) : text, "text/html");
}

/* A module runs when the page is read; the behaviours that follow in this file are known one task later. */
setTimeout(() => beginAll(document.documentElement));
