// @vitest-environment happy-dom
import { describe, expect, test } from "vitest";
import { isFree, nameOf } from "./keys";

const press = (key: string, changes: Partial<KeyboardEvent> = {}) =>
  nameOf({ key, ctrlKey: false, metaKey: false, altKey: false, ...changes });

describe("a key's name", () => {
  test("a letter is the same large or small", () => expect([press("c"), press("C")]).toEqual(["C", "C"]));
  test("control and command are one", () =>
    expect([press("k", { ctrlKey: true }), press("k", { metaKey: true })]).toEqual(["Mod+K", "Mod+K"]));
  test("with alt it is another key", () => expect(press("c", { altKey: true })).toBe("Alt+C"));
  test("a named key keeps its name", () => expect(press("Escape")).toBe("Escape"));
});

describe("a single letter", () => {
  const inside = (html: string, selector: string) => {
    document.body.innerHTML = html;
    return document.querySelector(selector);
  };
  test("acts on the page and on a button", () => {
    expect(isFree(document.body)).toBe(true);
    expect(isFree(inside("<main><button>x</button></main>", "button"))).toBe(true);
  });
  test("never acts where something is typed", () => {
    expect(isFree(inside("<input>", "input"))).toBe(false);
    expect(isFree(inside("<textarea></textarea>", "textarea"))).toBe(false);
    expect(isFree(inside('<div contenteditable="true"><b>x</b></div>', "b"))).toBe(false);
  });
  test("never acts behind a dialog or a menu", () => {
    expect(isFree(inside('<div role="dialog"><button>x</button></div>', "button"))).toBe(false);
    expect(isFree(inside('<div role="menu"><div tabindex="0">x</div></div>', "[tabindex]"))).toBe(false);
  });
});
