// What the simulated Azure DevOps accepted, by whom and with whose token: the truth that Lockstep's word is held against.

/** From now on: `read()` gives every change accepted since then. */
export async function truthFromNow({ simulated }) {
  const ask = async (after) => (await fetch(`${simulated.base_url}/_ground-truth?after=${after}`)).json();
  const { n } = await ask(Number.MAX_SAFE_INTEGER);
  return {
    async read() {
      return (await ask(n)).changes;
    },
    /** The changes made with a token, which is how Lockstep writes; not those of people at the pages. */
    async written() {
      return (await ask(n)).changes.filter((change) => change.token !== null);
    },
  };
}
