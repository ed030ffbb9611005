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
    const input = this.page.getByLabel(field, { exact: true });
    let shown;
    await this.reloadUntil(
      async () => (shown = await input.inputValue()) === value,
      () => `${field} is still “${shown}”, not “${value}”`,
    );
  }

  async reloadUntil(isSo, complaint) {
    const until = Date.now() + PATIENCE_MS;
    while (!(await isSo())) {
      if (Date.now() > until) throw new Error(typeof complaint === "function" ? complaint() : complaint);
      await pause(250);
      await this.page.reload();
    }
  }

  setTitle(title) {
    return this.set({ Title: title });
  }

  /** Fills in fields of the work item in view, by their labels, and saves. */
  async set(values) {
    const { page } = this;
    for (const [label, value] of Object.entries(values)) {
      const field = page.getByLabel(label, { exact: true });
      if ((await field.evaluate((element) => element.tagName)) === "SELECT") await field.selectOption(value);
      else await field.fill(value);
    }
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("status").filter({ hasText: "Saved" }).waitFor();
  }

  workItem(number) {
    return this.open(`${this.address}/_workitems/edit/${number}`);
  }

  async actAs(name) {
    const { page } = this;
    await page.goto(this.url);
    await page.getByLabel("Act as").selectOption({ label: name });
    await page.getByRole("button", { name: "Switch" }).click();
    await page.locator("#act-as option[selected]", { hasText: name }).waitFor({ state: "attached" });
  }

  /** Who made the newest revision of the work item in view. */
  lastChangedBy() {
    return this.page.locator("#history > li").first().locator("b").innerText();
  }

  link(kind, number) {
    return this.page.locator("#links tr").filter({ hasText: kind }).filter({ hasText: String(number) });
  }

  /** Reloads the work item in view until it has such a link. */
  async seesLink(kind, number) {
    await this.reloadUntil(
      async () => (await this.link(kind, number).count()) > 0,
      `there is no link ${kind} ${number}`,
    );
  }

  async removeLink(kind, number) {
    await this.link(kind, number).getByRole("button").click();
    await this.page.getByRole("status").filter({ hasText: "Link removed" }).waitFor();
  }

  async seesNoLink(kind, number) {
    await this.reloadUntil(
      async () => (await this.link(kind, number).count()) === 0,
      `there is still a link ${kind} ${number}`,
    );
  }

  async renameIteration(project, path, name) {
    const { page } = this;
    await page.goto(`${this.address}/${encodeURIComponent(project)}/_settings/iterations`);
    const row = page.getByRole("row").filter({ has: page.getByRole("cell", { name: path, exact: true }) });
    await row.getByLabel("Name", { exact: true }).fill(name);
    await row.getByRole("button", { name: `Save ${path}` }).click();
    await page.getByRole("status").filter({ hasText: "Saved" }).waitFor();
  }

  /** Gives a saved query another text. */
  async setQuery(project, path, change) {
    const { page } = this;
    await page.goto(`${this.address}/${encodeURIComponent(project)}/_queries`);
    const field = page.getByLabel(path, { exact: true });
    await field.fill(change(await field.inputValue()));
    await page.getByRole("button", { name: `Save ${path}` }).click();
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
