// Making a board: the page of proposed answers with the small board beside it.

export class Wizard {
  constructor(page) {
    this.page = page;
  }

  answer(name) {
    return this.page.getByRole("group", { name, exact: true });
  }

  /** Everything is proposed, the small board has cards, and the lists say what stays out. */
  async seesProposal() {
    const { page } = this;
    await page.getByRole("heading", { name: "New program board", level: 1 }).waitFor();
    for (const name of ["Name", "Connection", "Cards from", "Rows", "Columns", "Capacity"])
      await this.answer(name).waitFor();
    await page.getByText(/\d+ items · \d+ dependenc/).waitFor();
    await page.getByRole("region", { name: "Small board" }).getByTitle(/^Feature \d+/).first().waitFor();
    for (const name of ["Left out", "Without an iteration", "Refused in the dry run"])
      await page.getByRole("heading", { name, exact: true }).waitFor();
  }

  async rename(name) {
    await this.answer("Name").getByRole("button", { name: "Change name" }).click();
    await this.page.getByLabel("Name of the board").fill(name);
    await this.page.keyboard.press("Escape");
  }

  /** How many items the button says it will bring. */
  async nToCreate() {
    return Number((await this.create().innerText()).match(/with (\d+) items/)[1]);
  }

  create() {
    return this.page.getByRole("button", { name: /^Create board with \d+ items$/ });
  }
}
