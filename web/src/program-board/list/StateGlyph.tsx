// A state's category as a shape without hue: ring, half, three quarters, full, slash.
import style from "./glyph.module.css";

export type GlyphCategory = "proposed" | "in_progress" | "resolved" | "completed" | "removed";

export function StateGlyph({ category, title }: { category: GlyphCategory; title?: string }) {
  return <span className={`${style.state} ${style[category]}`} title={title} aria-hidden />;
}
