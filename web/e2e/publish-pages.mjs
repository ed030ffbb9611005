// Review and publish: what waits to be written, tried, put right in its row, and published.

export class Publish {
  constructor(page, url, board) {
    this.page = page;
    this.address = `${url}/boards/${board}/publish`;
  }

  async open() {
    await this.page.goto(this.address);
    await this.page.getByRole("heading", { name: "Review and publish", level: 1 }).waitFor();
  }

  /** The row of a work item, while the try says `result` about it. */
  row(number, result) {
    const { page } = this;
    const wanted = result === undefined ? "[data-result]" : `[data-result=${result}]`;
    return page.locator(wanted).filter({ has: page.getByRole("checkbox", { name: `Publish ${number}`, exact: true }) });
  }

  async sees(number, result) {
    await this.row(number, result).waitFor();
  }

  /** Asks Azure DevOps about everything, and waits for its word on each. */
  async tryAll() {
    const { page } = this;
    await page.getByRole("button", { name: /^Try all/ }).click();
    await page.getByRole("button", { name: "Try all again" }).waitFor();
    await page.locator("[data-result=not_tried]").first().waitFor({ state: "detached" });
  }

  /** Fills in what a rule of the server asks for, in the row. */
  async fillIn(number, field, value) {
    const row = this.row(number);
    await row.getByLabel(`${field} of ${number}`).fill(value);
    await row.getByRole("button", { name: "Fill in and try again" }).click();
    await this.sees(number, "taken");
  }

  /** What each row says will be written, as whom: `4135 Tom`, in no order. */
  async writes() {
    const rows = await this.page.locator("[data-result]").all();
    const pairs = rows.map(async (row) => {
      const number = (await row.getByRole("checkbox").getAttribute("aria-label")).replace("Publish ", "");
      const writers = (await row.innerText()).matchAll(/(\S+), own token/g);
      return [...writers].map(([, name]) => `${number} ${name}`);
    });
    return (await Promise.all(pairs)).flat();
  }

  async publish() {
    await this.page.getByRole("button", { name: /^Publish \d+ changes$/ }).click();
  }

  async seesPublished(n) {
    await this.page.getByRole("heading", { name: `Published. ${n} work items written.` }).waitFor();
  }
}
