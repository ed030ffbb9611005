// @vitest-environment happy-dom
import { fireEvent, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useMemo } from "react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { harbourCards, uuid } from "../../dev/board-samples";
import { Board } from "./Board";
import { useDesk } from "./desk";
import { NO_FILTER } from "./filter";
import { rowsOf } from "./filters";
import { looksOf } from "./icons";
import type { Density } from "./layout";
import { dependenciesOf } from "./links";
import { place } from "./placement";
import { modelOf } from "./testing";
import type { BoardActs } from "./useActs";

// What comes after the first drawing is there at once.
vi.mock("./useSettled", () => ({ useSettled: () => true }));
vi.mock("@tanstack/react-router", () => ({
  Link: ({ children }: { children: React.ReactNode }) => <a href="#lens">{children}</a>,
}));

// Whole boards are drawn here, on machines that do other work too.
vi.setConfig({ testTimeout: 30_000 });

const model = modelOf([...harbourCards().values()]);
const placement = place(model);
const dependencies = dependenciesOf(model, placement);
const rows = rowsOf(model, placement, dependencies, NO_FILTER, "team");
const looks = looksOf(model.frame.types, false);

const NOTHING = () => undefined;
function acts(): BoardActs {
  return {
    move: vi.fn(() => true),
    set: vi.fn(),
    assign: vi.fn(),
    create: vi.fn(() => "new"),
    link: vi.fn(),
    unlink: vi.fn(),
    agree: vi.fn(),
    parent: vi.fn(),
    remove: vi.fn(),
    putBack: vi.fn(),
    comment: vi.fn(() => Promise.resolve(true)),
    step: vi.fn(),
  };
}

interface HeldProps {
  acts: BoardActs;
  onOpen: (number: number | null) => void;
  canEdit?: boolean;
  density?: Density;
  sprint?: number | null;
  zoom?: number;
  onExpand?: (feature: string) => void;
  onFold?: (row: string) => void;
  panel?: React.ReactNode;
}

const nothing = () => undefined;
function Held({
  acts: does,
  onOpen,
  canEdit = true,
  density = "comfortable",
  sprint = null,
  zoom = 1,
  onExpand = nothing,
  onFold = nothing,
  panel = null,
}: HeldProps) {
  const [desk, deskActs] = useDesk();
  const world = useMemo(
    () => ({
      model,
      dependencies,
      looks,
      density,
      is_phone: sprint !== null,
      isSlow: () => false,
      present: new Map(),
      marks: new Map(),
      shaken: new Set<string>(),
      found: new Set<string>(),
    }),
    [density, sprint],
  );
  return (
    <Board
      board_id="b"
      world={world}
      placement={placement}
      rows={rows}
      parked={placement.parked}
      density={density}
      zoom={zoom}
      sprint={sprint}
      canEdit={canEdit}
      desk={desk}
      deskActs={deskActs}
      acts={does}
      open={null}
      onOpen={(tile) => onOpen(tile.card.number)}
      held={new Map()}
      onShowHeld={() => undefined}
      onExpand={(id) => onExpand(id)}
      onFold={(row) => onFold(row)}
      onGuard={() => undefined}
      onHand={NOTHING}
      glide={0}
      panel={panel}
      foot={null}
    />
  );
}

// The page gives the board its size; here nothing is laid out.
beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(1384);
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(420);
  vi.stubGlobal(
    "ResizeObserver",
    class {
      constructor(readonly run: () => void) {}
      observe() {
        this.run();
      }
      disconnect() {
        return undefined;
      }
    },
  );
});

function show(props: Partial<HeldProps> = {}) {
  const does = acts();
  const onOpen = vi.fn();
  render(<Held acts={does} onOpen={onOpen} {...props} />);
  return { does, onOpen, user: userEvent.setup() };
}
const card = (number: number) =>
  screen.getAllByRole("button", { name: new RegExp(`^[\\w ]+ ${number}, `) })[0] as HTMLElement;
/** The board at the upper left corner of the window, the parking lot below it. */
function placeAt00() {
  vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockImplementation(function (this: HTMLElement) {
    return this.className.includes("tray") ? new DOMRect(0, 744, 1384, 32) : new DOMRect(0, 0, 1384, 744);
  });
}
const focused = () => (document.activeElement as HTMLElement).dataset["key"];

describe("the board", () => {
  test("is a grid of teams and iterations with a header", () => {
    show();
    const grid = screen.getByRole("grid");
    expect(grid.getAttribute("aria-rowcount")).toBe("9");
    expect(within(grid).getAllByRole("columnheader")).toHaveLength(6);
    expect(within(grid).getByRole("rowheader", { name: /Customs/ })).toBeTruthy();
  });
  test("says of each cell how full it is", () => {
    show();
    expect(
      screen.getByRole("gridcell", { name: "Customs, Sprint 42, 3 cards, load 26 / 22, 4 over" }),
    ).toBeTruthy();
  });
  test("gives every cell its cards", () => {
    show();
    const cell = screen.getByRole("gridcell", { name: /^Customs, Sprint 42/ });
    expect(cell.getAttribute("aria-owns")?.split(" ")).toEqual(
      [4112, 4113, 4116].map((n) => `pb-${uuid(n)}`),
    );
  });
  test("draws only what is in view", () => {
    show();
    expect(screen.queryAllByRole("button", { name: / 4501, / })).toEqual([]);
    expect(document.querySelectorAll("[data-key]").length).toBeLessThan(70);
  });
  test("has one tab stop among its cards", () => {
    show();
    const stops = [...document.querySelectorAll<HTMLElement>("[data-key]")].filter(
      (one) => one.tabIndex === 0,
    );
    expect(stops.map((one) => one.dataset["key"])).toEqual([uuid(4102)]);
  });
  test("draws no curve on a phone and says it in words on the card", () => {
    show({ sprint: 1 });
    expect(document.querySelector("svg path[data-health]")).toBeNull();
    expect(card(4090).querySelector("[data-text='Needed by 4112 · same sprint']")).not.toBeNull();
  });
  test("keeps the title of every card in fit", () => {
    show({ density: "fit" });
    expect(within(card(4112)).getByText("Pre-clearance decision")).toBeTruthy();
  });
});

describe("by keyboard", () => {
  test("arrows lead from card to card", async () => {
    const { user } = show();
    card(4102).focus();
    await user.keyboard("{ArrowDown}{ArrowRight}");
    expect(focused()).toBe(uuid(4121));
  });
  test("Enter opens", async () => {
    const { user, onOpen } = show();
    card(4118).focus();
    await user.keyboard("{Enter}");
    expect(onOpen).toHaveBeenCalledWith(4118);
  });
  test("Space picks up, arrows choose the cell, Enter drops", async () => {
    const { user, does } = show();
    card(4118).focus();
    await user.keyboard(" {ArrowRight}{ArrowDown}");
    expect(does.move).not.toHaveBeenCalled();
    expect(screen.getByText(/Moving 4118 · Manifest, Sprint 42 · load 21 of 26/)).toBeTruthy();
    await user.keyboard("{Enter}");
    expect(vi.mocked(does.move).mock.calls[0]?.slice(1)).toEqual([{ team: 1, column: 1 }, null]);
  });
  test("the load of both cells shows the result before the drop", async () => {
    const { user } = show();
    card(4122).focus();
    await user.keyboard(" {ArrowRight}");
    expect(screen.getByRole("gridcell", { name: /^Quay, Sprint 43, .*load 21 \/ 22$/ })).toBeTruthy();
    expect(screen.getByRole("gridcell", { name: /^Quay, Sprint 42, .*load 16 \/ 24$/ })).toBeTruthy();
  });
  test("Escape puts it back", async () => {
    const { user, does } = show();
    card(4118).focus();
    await user.keyboard(" {ArrowRight}{Escape}");
    expect(screen.queryByText(/Moving 4118/)).toBeNull();
    expect(does.move).not.toHaveBeenCalled();
    expect(focused()).toBe(uuid(4118));
  });
  test("Shift and an arrow move one cell at once", async () => {
    const { user, does } = show();
    card(4118).focus();
    await user.keyboard("{Shift>}{ArrowRight}{/Shift}");
    expect(vi.mocked(does.move).mock.calls[0]?.slice(1)).toEqual([{ team: 0, column: 1 }, null]);
  });
  test("who may only read can walk and not move", async () => {
    const { user, does } = show({ canEdit: false });
    card(4118).focus();
    await user.keyboard(" {ArrowRight}{Enter}");
    await user.keyboard("{Shift>}{ArrowRight}{/Shift}");
    expect(does.move).not.toHaveBeenCalled();
  });
  test("F2 renames, and Escape leads back to the card", async () => {
    const { user } = show();
    card(4118).focus();
    await user.keyboard("{F2}");
    expect(screen.getByRole("textbox", { name: "Title of 4118" })).toBeTruthy();
    await user.keyboard("{Escape}");
    expect(focused()).toBe(uuid(4118));
  });
});

describe("by pointer", () => {
  test("a click opens, with control it selects", async () => {
    const { user, onOpen } = show();
    await user.click(card(4118));
    expect(onOpen).toHaveBeenCalledWith(4118);
    await user.keyboard("{Control>}");
    await user.click(card(4102));
    await user.click(card(4103));
    await user.keyboard("{/Control}");
    const pressed = screen.getAllByRole("button", { pressed: true });
    expect(pressed.map((one) => one.dataset["key"])).toEqual([uuid(4102), uuid(4103)]);
  });
  test("a double click on a card renames it", async () => {
    const { user, does } = show();
    await user.dblClick(card(4118));
    const field = screen.getByRole("textbox", { name: "Title of 4118" });
    await user.clear(field);
    await user.type(field, "Slot calendar for drivers{Enter}");
    expect(vi.mocked(does.set).mock.calls[0]?.slice(1, 3)).toEqual(["title", "Slot calendar for drivers"]);
  });
  test("a drag is dropped where arithmetic says the pointer is", () => {
    const { does } = show();
    placeAt00();
    fireEvent.pointerDown(card(4118), { clientX: 200, clientY: 180, button: 0, pointerId: 1 });
    fireEvent.pointerMove(window, { clientX: 210, clientY: 190, pointerId: 1 });
    fireEvent.pointerMove(window, { clientX: 700, clientY: 200, pointerId: 1 });
    fireEvent.pointerUp(window, { clientX: 700, clientY: 200, pointerId: 1 });
    // 700, 200 lies in the third column of the first row, below its two cards.
    expect(vi.mocked(does.move).mock.calls[0]?.slice(1)).toEqual([{ team: 0, column: 2 }, uuid(4127)]);
  });
  test("a drag lands where the pointer is on a board drawn smaller", () => {
    const { does } = show({ zoom: 0.5 });
    placeAt00();
    fireEvent.pointerDown(card(4118), { clientX: 100, clientY: 90, button: 0, pointerId: 1 });
    fireEvent.pointerMove(window, { clientX: 110, clientY: 95, pointerId: 1 });
    fireEvent.pointerMove(window, { clientX: 350, clientY: 100, pointerId: 1 });
    fireEvent.pointerUp(window, { clientX: 350, clientY: 100, pointerId: 1 });
    // 700, 200 of the plane lies in the second column there: twice the width is in view.
    expect(vi.mocked(does.move).mock.calls[0]?.[1]).toEqual({ team: 0, column: 1 });
  });
  test("a row is folded by its button", async () => {
    const onFold = vi.fn();
    const { user } = show({ onFold });
    await user.click(screen.getByRole("button", { name: "Hide the cards of Customs" }));
    expect(onFold).toHaveBeenCalledWith("t2");
  });
  test("a click on how many stories are closed shows the stories, and does not open the feature", async () => {
    const onExpand = vi.fn();
    const { user, onOpen } = show({ onExpand });
    await user.click(card(4102).querySelector("[data-stories]") as Element);
    expect(onExpand).toHaveBeenCalledWith(uuid(4102));
    expect(onOpen).not.toHaveBeenCalled();
  });
  test("a drag that is cancelled moves nothing", () => {
    const { does } = show();
    placeAt00();
    fireEvent.pointerDown(card(4118), { clientX: 200, clientY: 180, button: 0, pointerId: 1 });
    fireEvent.pointerMove(window, { clientX: 700, clientY: 200, pointerId: 1 });
    fireEvent.keyDown(window, { key: "Escape" });
    fireEvent.pointerUp(window, { clientX: 700, clientY: 200, pointerId: 1 });
    expect(does.move).not.toHaveBeenCalled();
  });
  test("less than four px is a click", () => {
    const { does } = show();
    fireEvent.pointerDown(card(4118), { clientX: 200, clientY: 180, button: 0, pointerId: 1 });
    fireEvent.pointerMove(window, { clientX: 202, clientY: 181, pointerId: 1 });
    fireEvent.pointerUp(window, { clientX: 202, clientY: 181, pointerId: 1 });
    expect(does.move).not.toHaveBeenCalled();
  });
  test.each([
    ["over all of it on a phone", 0, true],
    ["beside it on a screen", null, false],
  ])("behind a panel that lies %s the board is out of reach or not", (_, sprint, isInert) => {
    show({ sprint, panel: <aside /> });
    expect(screen.getByRole("grid", { hidden: true }).closest("[inert]") !== null).toBe(isInert);
    expect(screen.getByText("Parking lot").closest("[inert]") !== null).toBe(isInert);
  });
});
