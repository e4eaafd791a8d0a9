// Rebuilds src/amparo/ui/css/govuk.css from GOV.UK Frontend. Only whoever upgrades that package needs Node:
//   npm ci --ignore-scripts && npm run build      (npm run check compares with the committed file)
// GOV.UK Frontend knows one writing direction and one colour scheme; this script rewrites each physical side to a logical one
// and each literal colour to a token of ours, and stops at whatever it does not know.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import postcss from "postcss";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "../src/amparo/ui/css/govuk.css");
const version = JSON.parse(readFileSync(join(here, "node_modules/govuk-frontend/package.json"), "utf8")).version;

const NOTE = `/* Built by tools/build_css.mjs from govuk-frontend ${version}; do not edit.
 * Copyright (c) 2017 Crown Copyright (Government Digital Service). MIT licence: see ui/css/LICENCE-govuk-frontend.txt.
 * Without its fonts, crown and logos; sides made logical, colours made tokens. Amparo is not a service of GOV.UK. */\n`;

// property -> logical property
const SIDES = new Map([
  ["left", "inset-inline-start"],
  ["right", "inset-inline-end"],
]);
for (const [physical, logical] of [["left", "inline-start"], ["right", "inline-end"]]) {
  for (const box of ["margin", "padding"]) SIDES.set(`${box}-${physical}`, `${box}-${logical}`);
  for (const part of ["", "-width", "-style", "-color"]) SIDES.set(`border-${physical}${part}`, `border-${logical}${part}`);
}
const WORDS = { left: "start", right: "end" };
const SHORTHANDS = { margin: "margin", padding: "padding" };

// colours that GOV.UK Frontend writes out instead of naming
const COLOURS = new Map([
  ["#0f7a52", "var(--brand-surface)"], ["#0b5c3e", "var(--brand-hover)"], ["#083d29", "transparent"],
  ["#ffffff", "var(--on-brand)"], ["#f3f3f3", "var(--surface)"], ["#cecece", "var(--line)"],
  ["#858686", "transparent"], ["#ca3535", "var(--danger-surface)"], ["#982828", "var(--danger-hover)"], ["#651b1b", "var(--danger)"],
  ["#0f385c", "transparent"], ["#1d70b8", "var(--brand-surface)"], ["#1a65a6", "var(--link)"], ["#f4f8fb", "var(--surface)"],
  ["#d2e2f1", "var(--surface-strong)"], ["#0b0c0c", "var(--ink)"], ["#484949", "var(--quiet)"], ["#54319f", "var(--visited)"],
  ["#ffdd00", "var(--focus)"],
]);

// A tick is a tick in every script: it keeps its sides. Arrows turn.
const isTick = (rule) => /checkboxes__label::after/.test(rule.selector ?? "");

function split(value) {
  return postcss.list.space(value);
}

function turnDeclaration(declaration) {
  const { prop, value, parent } = declaration;
  if (SIDES.has(prop)) declaration.prop = SIDES.get(prop);
  if (["float", "clear", "text-align"].includes(prop) && WORDS[value]) {
    declaration.value = prop === "text-align" ? WORDS[value] : `inline-${WORDS[value]}`;
  }
  const parts = split(value);
  if (SHORTHANDS[prop] && parts.length === 4 && parts[1] !== parts[3]) {
    const [top, right, bottom, left] = parts;
    declaration.cloneBefore({ prop: `${prop}-block`, value: `${top} ${bottom}` });
    declaration.replaceWith({ prop: `${prop}-inline`, value: `${left} ${right}`, important: declaration.important });
    return;
  }
  if (/^border-(width|style|color)$/.test(prop) && parts.length === 4 && parts[1] !== parts[3] && !isTick(parent)) {
    const kind = prop.slice("border-".length);
    const [top, right, bottom, left] = parts;
    declaration.cloneBefore({ prop: `border-block-${kind}`, value: `${top} ${bottom}` });
    declaration.replaceWith({ prop: `border-inline-${kind}`, value: `${left} ${right}` });
    return;
  }
  if (prop === "transform" && /rotate\((\d+)deg\)/.test(value) && !isTick(parent)) {
    const turned = parent.clone({ nodes: [] });
    turned.selectors = parent.selectors.map((selector) => `[dir="rtl"] ${selector}`);
    turned.append({ prop, value: value.replace("rotate(", "rotate(-") });
    parent.after(turned);
  }
  if (prop === "clip-path" && value === "polygon(0% 0%, 100% 50%, 0% 100%)") {
    const turned = parent.clone({ nodes: [] });
    turned.selectors = parent.selectors.map((selector) => `[dir="rtl"] ${selector.replace("::before", ":not([open] > *)::before")}`);
    turned.append({ prop, value: "polygon(100% 0%, 0% 50%, 100% 100%)" });
    parent.after(turned);
  }
}

function tokenise(declaration) {
  let value = declaration.value.replace(/var\((--govuk-[a-z-]+), [^()]+\)/g, "var($1)");
  value = value.replace(/#[0-9a-f]{3,8}\b/gi, (literal) => {
    const token = COLOURS.get(literal.toLowerCase());
    if (!token) throw declaration.error(`the colour ${literal} has no token: add it to COLOURS`);
    return token;
  });
  declaration.value = value.replace(/\bsystem-ui\b/g, "var(--font)");
}

const clean = {
  postcssPlugin: "amparo",
  Once(root) {
    root.walkComments((comment) => comment.remove());
    // Our theme sets these, once a scheme.
    root.walkDecls(/^--govuk-.*(colour|version)$/, (declaration) => declaration.remove());
    root.walkDecls(/^-webkit-(?!appearance|tap)|^-moz-|^-ms-/, (declaration) => declaration.remove());
    root.walkAtRules("font-face", (rule) => rule.remove());
    root.walkDecls((declaration) => tokenise(declaration));
    const all = [];
    root.walkDecls((declaration) => all.push(declaration));
    all.forEach(turnDeclaration);
    root.walkRules((rule) => rule.nodes.length === 0 && rule.remove());
    root.walkAtRules((rule) => rule.nodes && rule.nodes.length === 0 && rule.remove());
  },
};

function refuse(css) {
  const physical = /(?:^|[;{\s])((?:margin|padding|border)-(?:left|right)[a-z-]*|left|right)\s*:|(?:float|clear|text-align)\s*:\s*(?:left|right)/m;
  for (const [what, pattern] of [
    ["a physical side", physical],
    ["a font of GDS", /GDS|Transport/],
    ["a crown or a file", /crown|url\(/i],
    ["a literal colour", /#[0-9a-f]{3,8}\b/i],
  ]) {
    const found = pattern.exec(css);
    if (found) throw new Error(`${what} is left over: ${css.slice(found.index, found.index + 80)}`);
  }
}

const compiled = sass.compile(join(here, "govuk.scss"), { style: "expanded", silenceDeprecations: [], quietDeps: true });
const { css } = await postcss([clean]).process(compiled.css, { from: undefined });
refuse(css);
const result = NOTE + css.replace(/\n\s*\n/g, "\n").trim() + "\n";

if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== result) {
    console.error("ui/css/govuk.css is not what this script builds. Run: npm run build");
    process.exit(1);
  }
} else {
  writeFileSync(target, result);
  console.log(`${target}: ${result.length} bytes`);
}
