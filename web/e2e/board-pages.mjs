// The program board as a person uses it. Where a method names a key or the mouse, it uses that and nothing else.
import assert from "node:assert/strict";

export class Board {
  constructor(page, url, id) {
    this.page = page;
    this.address = `${url}/boards/${id}`;
  }

  /** What is said to a screen reader is kept from the first moment on; what a message offers stands aside. */
  async listens() {
    await this.page.addInitScript(() => {
      const said = (window.__said = []);
      const last = new Map();
      const wordsOf = (region) => {
        const words = region.cloneNode(true);
        for (const button of words.querySelectorAll("button")) button.remove();
        return words.textContent.trim();
      };
      new MutationObserver(() => {
        for (const region of document.querySelectorAll("[role=status][aria-live=polite]")) {
          const text = wordsOf(region);
          if (text !== "" && last.get(region) !== text) said.push(text);
          last.set(region, text);
        }
      }).observe(document, { subtree: true, childList: true, characterData: true });
    });
    return this;
  }

  async open(search = "") {
    await this.page.goto(this.address + search);
    await this.page.getByRole("grid").waitFor();
  }

  /** The card of a work item; while it is dragged there is a second one in the hand. */
  card(number) {
    return this.page.locator(`[aria-roledescription=card][data-key][aria-label*=" ${number}, "]`).first();
  }

  cell(team, iteration) {
    return this.page.locator(`[role=gridcell][aria-label^="${team}, ${iteration}, "]`);
  }

  /** A card of the work item lies in the cell; a feature may have shadows in others. */
  async seesCard(number, team, iteration) {
    const place = `${team}, ${iteration}, `;
    await this.page
      .waitForFunction(
        ([wanted, cell]) => {
          const cards = document.querySelectorAll(`[aria-roledescription=card][data-key][aria-label*="${wanted}"]`);
          return [...cards].some(({ id }) =>
            document.querySelector(`[role=gridcell][aria-label^="${cell}"][aria-owns~="${id}"]`),
          );
        },
        [` ${number}, `, place],
      )
      .catch((error) => {
        throw new Error(`${number} does not lie in ${place}`, { cause: error });
      });
  }

  /** The card says so: what it waits for, what is not settled. */
  async seesOnCard(number, words) {
    await this.page
      .locator(`[aria-roledescription=card][aria-label*=" ${number}, "][aria-label*="${words}"]`)
      .first()
      .waitFor();
  }

  async seesNotOnCard(number, words) {
    await this.page
      .locator(`[aria-roledescription=card][aria-label*=" ${number}, "]:not([aria-label*="${words}"])`)
      .first()
      .waitFor();
  }

  async seesHere(name) {
    await this.page.getByRole("img", { name: new RegExp(`^Here now: .*${name}`) }).waitFor();
  }

  async seesColumn(name) {
    await this.page.getByRole("columnheader", { name: new RegExp(`^${name} `) }).waitFor();
  }

  async seesRows(names) {
    await this.page.waitForFunction(
      (wanted) =>
        wanted.join() ===
        [...document.querySelectorAll("[role=rowheader] a")].map((link) => link.textContent).join(),
      names,
    );
  }

  /** The card stands open beside the board. */
  async seesOpen(number) {
    await this.page.getByRole("complementary").getByText(new RegExp(` ${number}$`)).first().waitFor();
  }

  density() {
    return this.page.getByRole("group", { name: "Density" }).locator("[aria-pressed=true]").innerText();
  }

  async filterBy(kind, choice) {
    await this.page.getByRole("button", { name: /^Filter/ }).click();
    const pop = this.page.getByRole("dialog", { name: "Filter" });
    const group = pop.getByRole("group", { name: kind, exact: true });
    await group.getByRole("button", { name: new RegExp(`^${choice}`) }).click();
    await group.getByRole("button", { name: new RegExp(`^${choice}`), pressed: true }).waitFor();
    await this.page.keyboard.press("Escape");
    await pop.waitFor({ state: "detached" });
  }

  /** The next thing said to a screen reader that fits. */
  async hears(pattern) {
    const heard = await this.page.waitForFunction(
      ([source, from]) => {
        const at = window.__said.findIndex((text, i) => i >= from && new RegExp(source).test(text));
        return at < 0 ? null : { at, text: window.__said[at] };
      },
      [pattern.source, this.n_heard ?? 0],
    );
    const { at, text } = await heard.jsonValue();
    this.n_heard = at + 1;
    return text;
  }

  // ---- by mouse ----

  async middleOf(locator) {
    await locator.scrollIntoViewIfNeeded();
    const box = await locator.boundingBox();
    assert.ok(box, "it is in view");
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }

  /** Drags a card into a cell, by its foot so that it becomes the last one there. */
  async drag(number, team, iteration) {
    const { mouse } = this.page;
    const from = await this.middleOf(this.card(number));
    const cell = await this.cell(team, iteration).boundingBox();
    const board = await this.page.getByRole("grid").locator("xpath=ancestor::*[@data-density][1]").boundingBox();
    // Away from the edges, where the board would scroll by itself.
    const foot = Math.min(cell.y + cell.height - 6, board.y + board.height - EDGE_PX);
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move(from.x + 12, from.y + 6);
    await mouse.move(cell.x + cell.width / 2, foot, { steps: 8 });
    await this.page.locator(`[role=gridcell][aria-label^="${team}, ${iteration}, "][data-over]`).waitFor();
    await mouse.up();
  }

  /** Draws a dependency from the corner of the card that gives to the card that waits for it. */
  async drawLink(giver, taker) {
    const { mouse } = this.page;
    const to = await this.middleOf(this.card(taker));
    const over = await this.middleOf(this.card(giver));
    await mouse.move(over.x, over.y);
    const corner = await this.middleOf(this.page.locator("[data-link-from]"));
    await mouse.move(corner.x, corner.y);
    await mouse.down();
    await mouse.move(corner.x + 8, corner.y + 8);
    await mouse.move(to.x, to.y, { steps: 8 });
    await this.page.locator("[aria-roledescription=card][data-selected]").waitFor();
    await mouse.up();
  }

  // ---- by keyboard ----

  /** Tabs until a card has the focus. */
  async tabToCards() {
    for (let n = 0; n < N_TABS_MAX; n += 1) {
      if (await this.page.evaluate(() => document.activeElement?.hasAttribute("data-key") ?? false)) return;
      await this.page.keyboard.press("Tab");
    }
    throw new Error(`no card has the focus after ${N_TABS_MAX} tabs`);
  }

  async seesFocusIn(locator) {
    await locator.locator(":focus").waitFor();
  }

  /** Presses keys on a card, wherever the focus was. */
  async press(number, keys) {
    await this.card(number).focus();
    await this.page.keyboard.press(keys);
  }

  /** How many unpublished changes the board says it has, once they are more than `n`. */
  async draftsBeyond(n) {
    const seen = await this.page.waitForFunction((least) => {
      const pill = [...document.querySelectorAll("a")].find((link) => link.textContent.startsWith("On hold"));
      const drafts = Number(pill?.textContent.match(/(\d+) unpublished/)?.[1] ?? 0);
      return drafts > least && drafts;
    }, n);
    return seen.jsonValue();
  }

  async focused() {
    return this.page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
  }

  async seesFocusOn(number) {
    await this.page.waitForFunction(
      (wanted) => document.activeElement?.getAttribute("aria-label")?.includes(wanted) ?? false,
      ` ${number}, `,
    );
  }

  /** Walks to a card with the arrow keys, as the grid says where it lies. */
  async walkTo(number) {
    for (let n = 0; n < N_ARROWS_MAX; n += 1) {
      const step = await this.page.evaluate(towards, ` ${number}, `);
      if (step === null) return;
      const before = await this.focused();
      for (const key of step) {
        await this.page.keyboard.press(key);
        // The focus follows at once, or there is no card in that direction.
        const hasMoved = this.page.waitForFunction(
          (old) => (document.activeElement?.getAttribute("aria-label") ?? "") !== old,
          before,
          { timeout: DEAD_END_MS, polling: 25 },
        );
        if (await hasMoved.then(Boolean, () => false)) break;
      }
    }
    throw new Error(`${number} is not reached with ${N_ARROWS_MAX} arrow keys`);
  }
}

/** In the page: the arrow keys that lead towards a card, the better one first; `null` when it has the focus. */
function towards(wanted) {
  const at = document.activeElement;
  if (at?.getAttribute("aria-label")?.includes(wanted)) return null;
  const to = document.querySelector(`[aria-roledescription=card][data-key][aria-label*="${wanted}"]`);
  if (!to || !at?.hasAttribute("data-key")) throw new Error(`no way from ${at?.outerHTML} to ${wanted}`);
  const [a, b] = [at.getBoundingClientRect(), to.getBoundingClientRect()];
  const across = a.left < b.left ? "ArrowRight" : "ArrowLeft";
  const along = a.top < b.top ? "ArrowDown" : "ArrowUp";
  return Math.abs(a.left - b.left) > 4 ? [across, along] : [along, across];
}

const EDGE_PX = 60;
/** After so long without another focus, an arrow key is taken to lead nowhere. */
const DEAD_END_MS = 1_000;
const N_TABS_MAX = 60;
const N_ARROWS_MAX = 40;
