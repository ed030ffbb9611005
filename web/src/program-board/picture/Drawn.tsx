// A drawing inside the page. What it says is said to nobody but the eye: whoever draws it says the rest in words.
import { createElement, memo } from "react";
import { FONT, type Attributes, type Drawing, type Shape } from "./shape";

export const Drawn = memo(function Drawn({ drawing, className }: { drawing: Drawing; className?: string }) {
  return (
    <svg
      className={className}
      viewBox={`0 0 ${drawing.width} ${drawing.height}`}
      fontFamily={FONT}
      aria-hidden
    >
      {drawing.shapes.map(element)}
    </svg>
  );
});

function element({ tag, attributes, text, children }: Shape, key: number): React.ReactElement {
  return createElement(tag, { key, ...camel(attributes) }, text ?? children?.map(element));
}

function camel(attributes: Attributes): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}
