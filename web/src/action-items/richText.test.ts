// The cleaning is tried on jsdom: happy-dom parses HTML too loosely for DOMPurify.
// @vitest-environment jsdom
import { describe, expect, test } from "vitest";
import { editedHtml, isEmptyHtml, shownHtml } from "./richText";

describe("rich text", () => {
  test("scripts and handlers never reach the page", () => {
    expect(shownHtml('<p onclick="a()">Hi<script>a()</script><img src=x onerror=a()></p>')).toBe("<p>Hi</p>");
  });
  test("a link that is no address loses it", () =>
    expect(shownHtml('<a href="javascript:a()">x</a>')).not.toContain("javascript"));
  test("a link opens beside this page", () =>
    expect(shownHtml('<a href="https://example.org">x</a>')).toContain('rel="noopener noreferrer"'));
  test("a table is shown", () =>
    expect(shownHtml("<table><tbody><tr><td>1</td></tr></tbody></table>")).toContain("<td>1</td>"));
  test("what the editor keeps has no style and no empty end", () =>
    expect(editedHtml('<div style="color:red">One</div><div><br></div>')).toBe("<div>One</div>"));
  test("what the editor keeps is the same when kept again", () => {
    const once = editedHtml('<p>One <b>two</b></p><ul><li><a href="https://example.org">x</a></li></ul>');
    expect(editedHtml(once)).toBe(once);
  });
  test("blank paragraphs are empty", () => {
    expect(isEmptyHtml("<p>&nbsp;</p><br>")).toBe(true);
    expect(isEmptyHtml("<p>x</p>")).toBe(false);
  });
});
