import { expect, it } from "vitest";
import { group, shape, svgText } from "./shape";

const text = (title: string) =>
  svgText({ width: 10, height: 10, shapes: [shape("text", { x: 1 }, title)] }, null);

it("keeps what people typed as text, whatever it holds", () => {
  expect(text('<script>alert("1")</script> & more')).toContain(
    '<text x="1">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; more</text>',
  );
});

it("leaves out what no XML file may hold", () => {
  expect(text("a\u0000b\u0007c\ud800d\uffffe 😀")).toContain('<text x="1">abcde 😀</text>');
});

it("keeps attributes inside their quotes", () => {
  const drawing = { width: 1, height: 1, shapes: [shape("rect", { fill: '"/><script>' })] };
  expect(svgText(drawing, null)).toContain('<rect fill="&quot;/&gt;&lt;script&gt;"/>');
});

it("moves a group, and cuts it off where it has a size", () => {
  const drawing = { width: 1, height: 1, shapes: [group(1.26, 2, [shape("rect", {})], { w: 3, h: 4 })] };
  expect(svgText(drawing, null)).toContain(
    '<svg x="1.3" y="2" width="3" height="4" overflow="hidden"><rect/></svg>',
  );
});

it("asks nobody for anything: the font comes inside", () => {
  const said = svgText({ width: 1, height: 1, shapes: [] }, "data:font/woff2;base64,AAAA");
  expect(said.match(/https?:\/\/[^"]+/g)).toEqual(["http://www.w3.org/2000/svg"]);
  expect(said).toContain("src:url(data:font/woff2;base64,AAAA)");
});
