// Lockstep's pages as a person uses them. Every method ends when what it did can be seen.

export class Lockstep {
  constructor(page) {
    this.page = page;
  }

  /** The first run: the address with the one-time code, the company, the first admin. */
  async setUp(address) {
    const { page } = this;
    await page.goto(address);
    await page.getByLabel("Company", { exact: true }).fill("Northquay");
    await page.getByLabel("Your name", { exact: true }).fill("Mara Lindqvist");
    await page.getByLabel("E-mail", { exact: true }).fill("mara@northquay.example");
    await page.getByLabel("Password", { exact: true }).fill("correct horse battery staple");
    await page.getByRole("button", { name: "Create the administrator" }).click();
    await page.getByRole("navigation", { name: "Main" }).first().waitFor();
  }

  /** Tests a new connection, sees that the two rights are enough, and saves it. */
  async connect({ address, token, label }) {
    const { page } = this;
    await page.getByRole("link", { name: "Connections", exact: true }).first().click();
    await page.getByRole("button", { name: "Add connection" }).first().click();
    const dialog = page.getByRole("dialog", { name: "Add connection" });
    await dialog.getByLabel("Label", { exact: true }).fill(label);
    await dialog.getByLabel("Server URL or organization").fill(address);
    await dialog.getByRole("checkbox", { name: /plain http/ }).check();
    await dialog.getByLabel("Personal access token", { exact: true }).fill(token);
    await dialog.getByRole("button", { name: "Test connection" }).click();
    await dialog.getByRole("status").getByText("Required 2 of 2").waitFor();
    await dialog.getByRole("radio", { name: /Write as the connection/ }).check();
    await dialog.getByRole("button", { name: "Save and enable" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("heading", { name: label, level: 1 }).waitFor();
  }

  /** What the page of the connection in view says to paste into a service hook subscription. */
  async webhook() {
    const { page } = this;
    const copied = (term) =>
      page.locator("dt").filter({ hasText: term }).locator("xpath=following-sibling::dd[1]").locator("code");
    await page.getByRole("button", { name: /^Show secret/ }).click();
    await page.getByRole("button", { name: "Hide secret" }).waitFor();
    return {
      url: await copied(/^URL$/).innerText(),
      user: await copied(/^User name$/).innerText(),
      password: await copied(/^Password/).innerText(),
    };
  }

  async openItems() {
    await this.page.getByRole("link", { name: "Action items", exact: true }).first().click();
    await this.page.getByRole("heading", { name: "Action items", level: 1 }).waitFor();
  }

  async createItem(title) {
    const { page } = this;
    await page.getByRole("button", { name: /^New/ }).first().click();
    const dialog = page.getByRole("dialog", { name: "New action item" });
    await dialog.getByLabel("What needs to happen?").fill(title);
    await dialog.getByRole("button", { name: "Create", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    await this.row(title).waitFor();
  }

  row(title) {
    const titleButton = this.page.getByRole("button", { name: title, exact: true });
    return this.page.getByRole("row").filter({ has: titleButton });
  }

  /** Creates a work item for the action item; gives its number and its address in Azure DevOps. */
  async push(title, { project, type }) {
    const row = this.row(title);
    await row.getByRole("button", { name: "Create work item" }).click();
    const dialog = this.page.getByRole("dialog", { name: "Create work item" });
    await dialog.getByLabel("Project", { exact: true }).selectOption({ label: project });
    await dialog.getByLabel("Type", { exact: true }).selectOption({ label: type });
    await dialog.getByRole("button", { name: "Create work item" }).click();
    await dialog.waitFor({ state: "detached" });
    const link = row.getByRole("link", { name: /^\d+$/ });
    await link.waitFor();
    return { id: Number(await link.innerText()), address: await link.getAttribute("href") };
  }

  async seesItem(title) {
    await this.row(title).waitFor();
  }

  async seesNoItem(title) {
    await this.row(title).waitFor({ state: "detached" });
  }

  async seesStatus(title, status) {
    await this.row(title).getByRole("button", { name: `Status of ${title}: ${status}` }).waitFor();
  }

  async setStatus(title, status) {
    await this.row(title).getByRole("button", { name: `Status of ${title}:` }).click();
    await this.page.getByRole("menuitemradio", { name: status, exact: true }).click();
    await this.seesStatus(title, status);
  }

  /** The bin, and back to the list. */
  async seesInBin(title) {
    const { page } = this;
    await page.getByRole("button", { name: "Bin", exact: true }).click();
    await page.getByRole("heading", { name: "Bin", level: 1 }).waitFor();
    await page.getByRole("listitem").filter({ hasText: title }).getByRole("button", { name: "Restore" }).waitFor();
    await this.openItems();
  }
}
