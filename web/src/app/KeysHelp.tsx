import { Link } from "@tanstack/react-router";
import { Dialog } from "../ui/Dialog";
import { closeOverlay } from "./palette-state";
import { useMe } from "./session";
import style from "./overlay.module.css";

const GROUPS: { title: string; keys: [string[], string][] }[] = [
  {
    title: "Anywhere",
    keys: [
      [["Ctrl", "K"], "Search or command"],
      [["G", "B"], "Boards"],
      [["G", "A"], "Action items"],
      [["G", "S"], "Sync health"],
      [["G", "C"], "Connections"],
      [["G", "P"], "Profile"],
      [["?"], "This list"],
    ],
  },
  {
    title: "Program board",
    keys: [
      [["←", "↑", "↓", "→"], "Next card in that direction"],
      [["Space"], "Pick up and put down, Esc puts back"],
      [["Shift", "→"], "Move one cell at once"],
      [["M"], "Move to…"],
      [["L"], "Link to the card that waits for it"],
      [["[", "]"], "Follow links"],
      [["/"], "Find"],
      [["F"], "Filter"],
      [["D"], "Density"],
      [["+", "-"], "Zoom"],
    ],
  },
  {
    title: "Card of a program board",
    keys: [
      [["S"], "State"],
      [["P"], "Points"],
      [["A"], "Assignee"],
      [["F2"], "Rename"],
      [["E"], "Show or hide the stories of a feature"],
      [["C"], "Create in the same cell"],
      [["O"], "Open in Azure DevOps"],
      [["T"], "Lens of the team"],
      [["Ctrl", "Z"], "Undo, with Shift do again"],
    ],
  },
  {
    title: "Action items",
    keys: [
      [["C"], "Create"],
      [["/"], "Find"],
      [["↑", "↓"], "Next item"],
      [["Enter"], "Open the item"],
      [["Esc"], "Close what is open"],
      [["O"], "Open in Azure DevOps"],
    ],
  },
  {
    title: "Action items as a board",
    keys: [
      [["←", "→"], "Next column"],
      [["Space"], "Pick up, put down"],
      [["Shift", "→"], "Move one column at once"],
      [["M"], "Move to…"],
    ],
  },
];

export function KeysHelp() {
  const me = useMe();
  return (
    <Dialog title="Keys" isOpen onClose={closeOverlay} width="large">
      <WithoutMouse />
      <div className={style.help}>
        {GROUPS.map((group) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <ul>
              {group.keys.map(([keys, does]) => (
                <li key={does}>
                  <span>{does}</span>
                  <span>
                    {keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
      <p className={style.note}>
        {me.has_single_keys
          ? "Single-letter keys act while nothing is typed into."
          : "Single-letter keys are turned off."}{" "}
        <Link to="/profile/display" onClick={closeOverlay}>
          Change this in your profile
        </Link>
      </p>
    </Dialog>
  );
}

/** What most people look for here: how a card goes elsewhere by keys alone. */
function WithoutMouse() {
  return (
    <section className={style.steps} aria-label="Move cards without a mouse">
      <span className={style.around} aria-hidden>
        {["", "↑", "", "←", "card", "→", "", "↓", ""].map((at, index) => (
          <i key={index} data-at={at || undefined}>
            {at === "card" ? "" : at}
          </i>
        ))}
      </span>
      <ol>
        <li>
          Press <kbd>Space</kbd> to pick up the card that has the focus.
        </li>
        <li>Arrow keys choose the team and the iteration. The load bar shows the result before you drop.</li>
        <li>
          <kbd>Enter</kbd> drops it, <kbd>Esc</kbd> puts it back.
        </li>
      </ol>
    </section>
  );
}
