// What every page and state must be: free of axe violations, no wider than its window, with targets
// that a finger can hit and a focus that can be seen.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { photograph } from "./harness.mjs";

const axe = await readFile(new URL(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

const all = { type: "tag", values: tags };
// What another layout may change, beside what assertFits and assertTargets measure.
const layout = {
  type: "rule",
  values: ["color-contrast", "scrollable-region-focusable", "link-in-text-block"],
};
const colours = { type: "rule", values: ["color-contrast"] };

export async function assertAccessible(page, where, runOnly = all) {
  // Half a megabyte: once for each document.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const { violations } = await page.evaluate(
    (rules) => window.axe.run(document, { runOnly: rules, resultTypes: ["violations"] }),
    runOnly,
  );
  const lines = violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${where}: ${id} ${node.target} ${node.failureSummary}`),
  );
  assert.deepEqual(lines, []);
}

const widths = [
  [1440, 900, all],
  [390, 844, layout],
];

// One state, on a desk and on a phone; dark, where its colours alone are others; at 320 px it must
// still fit.
export async function assertGood(page, name) {
  const before = page.viewportSize();
  await page.emulateMedia({ colorScheme: "dark" });
  await assertAccessible(page, `${name} dark`, colours);
  await photograph(page, `${name}-dark`);
  await page.emulateMedia({ colorScheme: "light" });
  for (const [width, height, rules] of widths) {
    await page.setViewportSize({ width, height });
    const where = `${name} ${width}`;
    await assertAccessible(page, where, rules);
    await assertFits(page, where);
    await assertTargets(page, width < 768 ? 44 : 24, where);
  }
  await page.setViewportSize({ width: 320, height: 640 });
  await assertFits(page, `${name} 320`);
  await page.setViewportSize(before);
  await photograph(page, name);
}

// Lines of a script that is read from the right: the page is a mirror, and fits as well.
export async function assertFitsMirrored(page, name) {
  const before = page.viewportSize();
  await page.evaluate(() => (document.documentElement.dir = "rtl"));
  for (const [width, height] of [...widths, [320, 640]]) {
    await page.setViewportSize({ width, height });
    await assertFits(page, `${name} ${width}, right to left`);
  }
  await photograph(page, `${name}-rtl`);
  await page.evaluate(() => document.documentElement.removeAttribute("dir"));
  await page.setViewportSize(before);
}

async function assertFits(page, where) {
  const wide = await page.evaluate(() => {
    const scrollers = [...document.querySelectorAll("html, .content, .request-scroll, .list")];
    const over = scrollers.filter((element) => element.scrollWidth > element.clientWidth);
    if (over.length === 0) return [];
    return [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
      .map((element) => element.outerHTML.slice(0, 100));
  });
  assert.deepEqual(wide, [], `${where}: too wide`);
}

// WCAG 2.5.8 leaves out links and controls within a line of text.
async function assertTargets(page, least, where) {
  const small = await page.evaluate((min) => {
    const targets = document.querySelectorAll(
      "button, a, input, select, textarea, summary, [role=tab]",
    );
    const text = "p, dd, li > span, small, label.switch, .notice-text > div:not(.notice-actions)";
    const inText = (element) => element.closest(text) !== null || element.matches(".skip");
    return [...targets]
      .filter((element) => element.checkVisibility() && !inText(element))
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 1 && (box.height < min - 0.5 || box.width < min - 0.5))
      .map(({ element, box }) => `${element.outerHTML.slice(0, 90)} ${box.width}x${box.height}`);
  }, least);
  assert.deepEqual(small, [], `${where}: smaller than ${least} px`);
}

// Tabs through everything once: the focus is drawn, inside the window, and nothing lies on it.
export async function assertFocusSeen(page, where) {
  await page.evaluate(() => document.body.focus());
  const seen = new Set();
  for (let press = 0; press < 60; press += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      if (!element || element === document.body) return undefined;
      const box = element.getBoundingClientRect();
      const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
      const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 20), 0), innerHeight - 1);
      let top = document.elementFromPoint(x, y);
      for (let inner = top; inner; top = inner) {
        inner = top.shadowRoot?.elementFromPoint(x, y);
        if (!inner || inner === top) break;
      }
      // The editor's ring is drawn by its host.
      const outlined = getComputedStyle(element).outlineStyle !== "none";
      const ring = outlined || element.closest(".cm-editor") !== null;
      return {
        name: element.outerHTML.slice(0, 80),
        covered: !(element.contains(top) || top?.contains(element)),
        ring,
      };
    });
    if (!at || seen.has(at.name)) continue;
    seen.add(at.name);
    assert.ok(at.ring, `${where}: no focus ring on ${at.name}`);
    assert.ok(!at.covered, `${where}: something lies over ${at.name}`);
  }
  assert.ok(seen.size > 2, `${where}: nothing takes the focus`);
}
