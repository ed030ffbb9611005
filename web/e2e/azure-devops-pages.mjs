// The simulated Azure DevOps' pages, which are plain forms, as a person there uses them.
import { PATIENCE_MS } from "./browser.mjs";
import { pause } from "./programs.mjs";

export class AzureDevOps {
  constructor(page, { base_url, organization }) {
    this.page = page;
    this.url = base_url;
    this.address = `${base_url}/${organization}`;
  }

  /** A token by its name: its text and the rights it has. */
  async token(name) {
    await this.page.goto(`${this.url}/_tokens`);
    const cell = (column) => this.page.getByRole("row").filter({ hasText: name }).first().getByRole("cell").nth(column);
    return { scopes: (await cell(2).innerText()).split(" "), text: await cell(3).innerText() };
  }

  async subscribe(project, event, { url, user, password }) {
    const { page } = this;
    await page.goto(`${this.address}/${project}/_settings/serviceHooks`);
    await page.getByLabel("Event", { exact: true }).selectOption({ label: event });
    await page.getByLabel("URL", { exact: true }).fill(url);
    await page.getByLabel("Basic authentication user name").fill(user);
    await page.getByLabel("Basic authentication password").fill(password);
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("row").filter({ hasText: event }).waitFor();
  }

  /** How many notifications each subscription of the project has sent, and how many of them were taken. */
  async deliveries(project) {
    await this.page.goto(`${this.address}/${project}/_settings/serviceHooks`);
    const rows = await this.page.locator("#subscriptions tr").allInnerTexts();
    return rows.map((row) => {
      const [, n_sent, n_taken] = row.match(/(\d+) sent, (\d+) well/);
      return { n_sent: Number(n_sent), n_taken: Number(n_taken) };
    });
  }

  async open(address) {
    await this.page.goto(address);
    await this.page.getByRole("heading", { level: 1 }).waitFor();
  }

  /** Reloads the work item in view, as a person would, until `field` shows `value`. */
  async sees(field, value) {
    const until = Date.now() + PATIENCE_MS;
    const input = this.page.getByLabel(field, { exact: true });
    for (;;) {
      const shown = await input.inputValue();
      if (shown === value) return;
      if (Date.now() > until) throw new Error(`${field} is still “${shown}”, not “${value}”`);
      await pause(250);
      await this.page.reload();
    }
  }

  async setTitle(title) {
    const { page } = this;
    await page.getByLabel("Title", { exact: true }).fill(title);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("status").filter({ hasText: "Saved" }).waitFor();
  }

  async delete() {
    await this.page.getByRole("button", { name: "Delete", exact: true }).click();
    await this.page.getByText("This work item is in the recycle bin.").waitFor();
  }

  async restore() {
    await this.page.getByRole("button", { name: "Restore", exact: true }).click();
    await this.page.getByLabel("Title", { exact: true }).waitFor();
  }
}
