// Rich text on its way to the screen and out of the editor. Everything is cleaned here again, whatever the server did.
import DOMPurify from "dompurify";

const SHOWN = [
  "p",
  "div",
  "br",
  "b",
  "strong",
  "i",
  "em",
  "u",
  "s",
  "span",
  "ul",
  "ol",
  "li",
  "a",
  "h1",
  "h2",
  "h3",
  "h4",
  "blockquote",
  "pre",
  "code",
  "table",
  "thead",
  "tbody",
  "tr",
  "td",
  "th",
  "hr",
  "sub",
  "sup",
];
// What the editor can make and take apart again without loss.
const EDITED = ["p", "div", "br", "b", "strong", "i", "em", "u", "ul", "ol", "li", "a"];
const SAFE_LINK = /^(https?:|mailto:)/i;

/** HTML that is safe to show. Links open beside this page. */
export function shownHtml(html: string): string {
  return clean(html, SHOWN);
}

/** HTML the editor keeps: only what it can round-trip. */
export function editedHtml(html: string): string {
  return trimmed(clean(html, EDITED));
}

function clean(html: string, tags: string[]): string {
  const body = DOMPurify.sanitize(html, {
    ALLOWED_TAGS: tags,
    ALLOWED_ATTR: ["href", "colspan", "rowspan"],
    ALLOWED_URI_REGEXP: SAFE_LINK,
    RETURN_DOM: true,
  }) as HTMLElement;
  for (const link of body.querySelectorAll("a")) {
    link.setAttribute("target", "_blank");
    link.setAttribute("rel", "noopener noreferrer");
  }
  return body.innerHTML;
}

function trimmed(html: string): string {
  const text = html
    .replace(/ (target|rel)="[^"]*"/g, "")
    .replace(/^(?:\s|<br>|<(p|div)>(?:\s|<br>)*<\/\1>)+/g, "")
    .replace(/(?:\s|<br>|<(p|div)>(?:\s|<br>)*<\/\1>)+$/g, "");
  return text;
}

/** Is there anything to read in it? */
export function isEmptyHtml(html: string): boolean {
  return html.replace(/<[^>]*>|&nbsp;|\s/g, "") === "";
}
