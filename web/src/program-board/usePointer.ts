// The pointer on the board: hovering, dragging cards and drawing links. Where it is, is told by arithmetic; what follows
// the pointer is moved without React, and React hears only when the pointer comes to another cell.
import { useCallback, useEffect, useRef, useState, type PointerEvent, type RefObject } from "react";
import { hit, type Hit, type Layout } from "./layout";

export type Over = { kind: "cell"; row: number; column: number; slot: number } | { kind: "tray" };
export interface Drag {
  keys: readonly string[];
  /** Where the pointer holds the card, from its upper left corner. */
  grip: { x: number; y: number };
  over: Over | null;
}
export interface LinkDrag {
  from: string;
  /** The tile under the pointer. */
  over: string | null;
}

const START_PX = 4;
const EDGE_PX = 48;
const PRESS_MS = 320;
const MAX_SPEED = 22;

interface Wanted {
  layout: Layout;
  /** How much larger the plane is drawn than it is laid out. */
  zoom: number;
  scroller: RefObject<HTMLElement | null>;
  plane: RefObject<HTMLElement | null>;
  tray: RefObject<HTMLElement | null>;
  canEdit: boolean;
  selected: ReadonlySet<string>;
  onDrop: (keys: readonly string[], over: Over) => void;
  onLink: (from: string, to: string) => void;
  /** Something follows the pointer. */
  onHand: () => void;
}

interface Pressed {
  key: string;
  kind: "card" | "link";
  x: number;
  y: number;
  isTouch: boolean;
  isHeld: boolean;
  grip: { x: number; y: number };
}

export function usePointer(wanted: Wanted) {
  const [drag, setDrag] = useState<Drag | null>(null);
  const [linkDrag, setLinkDrag] = useState<LinkDrag | null>(null);
  const [hover, setHover] = useState<Hit | null>(null);
  const lifted = useRef<HTMLElement | null>(null);
  const rubber = useRef<SVGPathElement | null>(null);
  const now = useRef(wanted);
  useEffect(() => {
    now.current = wanted;
  });
  const stop = useRef<(() => void) | null>(null);
  /** A click follows the end of a drag; it means nothing. */
  const wasDragged = useRef(false);

  const planePoint = (x: number, y: number) => {
    const rect = now.current.plane.current?.getBoundingClientRect();
    const { zoom } = now.current;
    return rect ? { x: (x - rect.left) / zoom, y: (y - rect.top) / zoom } : { x: -1, y: -1 };
  };
  /** Under the sticky header and team column lie cells that are not seen. */
  const isUnderSticky = (x: number, y: number) => {
    const { layout, scroller, zoom } = now.current;
    const view = scroller.current?.getBoundingClientRect();
    return (
      view !== undefined &&
      (y - view.top < layout.metrics.head_h * zoom || x - view.left < layout.team_w * zoom)
    );
  };
  const isOn = (element: HTMLElement | null, x: number, y: number) => {
    const rect = element?.getBoundingClientRect();
    return rect !== undefined && x >= rect.left && x < rect.right && y >= rect.top && y < rect.bottom;
  };
  const overAt = (x: number, y: number): Over | null => {
    const { layout, tray, scroller } = now.current;
    if (isOn(tray.current, x, y)) return { kind: "tray" };
    if (!isOn(scroller.current, x, y)) return null;
    const at = planePoint(x, y);
    if (isUnderSticky(x, y)) return null;
    const found = hit(layout, at.x, at.y);
    return found && { kind: "cell", row: found.row, column: found.column, slot: found.slot };
  };

  const press = (event: PointerEvent, key: string, kind: Pressed["kind"]) => {
    if (event.button !== 0 || !now.current.canEdit) return;
    const box = (event.target as Element).closest<HTMLElement>("[data-key]")?.getBoundingClientRect();
    const pressed: Pressed = {
      key,
      kind,
      x: event.clientX,
      y: event.clientY,
      isTouch: event.pointerType === "touch",
      isHeld: false,
      grip: box ? { x: event.clientX - box.left, y: event.clientY - box.top } : { x: 12, y: 12 },
    };
    begin(pressed, event.pointerId);
  };

  const begin = (pressed: Pressed, pointer: number) => {
    stop.current?.();
    wasDragged.current = false;
    let isDragging = false;
    let last = { x: pressed.x, y: pressed.y };
    let over: Over | null = null;
    let target: string | null = null;
    let frame = 0;

    const { selected } = now.current;
    const keys = pressed.kind === "card" && selected.has(pressed.key) ? [...selected] : [pressed.key];
    const follow = () => {
      now.current.onHand();
      if (pressed.kind === "link") return rope();
      if (lifted.current)
        lifted.current.style.transform = `translate(${last.x - pressed.grip.x}px,${last.y - pressed.grip.y}px)`;
      const next = overAt(last.x, last.y);
      if (isSame(over, next)) return;
      over = next;
      setDrag({ keys, grip: pressed.grip, over });
    };
    const rope = () => {
      const { layout } = now.current;
      const at = planePoint(last.x, last.y);
      const from = layout.byKey.get(pressed.key);
      if (from && rubber.current) {
        const [x, y] = [from.x + from.w, from.y + from.h];
        const bend = Math.max(24, Math.abs(at.x - x) / 2);
        rubber.current.setAttribute(
          "d",
          `M${x} ${y}C${x + bend} ${y} ${at.x - bend} ${at.y} ${at.x} ${at.y}`,
        );
      }
      const found = hit(layout, at.x, at.y)?.box?.tile.key ?? null;
      const next = found === pressed.key ? null : found;
      if (next === target) return;
      target = next;
      setLinkDrag({ from: pressed.key, over: target });
    };
    const lift = () => {
      isDragging = true;
      wasDragged.current = true;
      setHover(null);
      if (pressed.kind === "link") setLinkDrag({ from: pressed.key, over: null });
      else setDrag({ keys, grip: pressed.grip, over: null });
      // The lifted card is drawn in the next frame; it must not stand at the corner of the page before that.
      requestAnimationFrame(follow);
      frame = requestAnimationFrame(scroll);
    };
    const scroll = () => {
      const view = now.current.scroller.current;
      if (view && isDragging) {
        const rect = view.getBoundingClientRect();
        const { layout, zoom } = now.current;
        const x = speed(last.x, rect.left + layout.team_w * zoom, rect.right);
        const y = speed(last.y, rect.top + layout.metrics.head_h * zoom, rect.bottom);
        if ((x !== 0 || y !== 0) && isOn(view, last.x, last.y)) {
          view.scrollBy(x, y);
          follow();
        }
      }
      frame = requestAnimationFrame(scroll);
    };
    const move = (event: globalThis.PointerEvent) => {
      if (event.pointerId !== pointer) return;
      last = { x: event.clientX, y: event.clientY };
      const distance = Math.hypot(last.x - pressed.x, last.y - pressed.y);
      if (!isDragging) {
        if (pressed.isTouch && !pressed.isHeld) {
          if (distance > 8) end();
          return;
        }
        if (distance < START_PX) return;
        lift();
      }
      follow();
    };
    const up = (event: globalThis.PointerEvent) => {
      if (event.pointerId !== pointer) return;
      const dropped = isDragging ? over : null;
      const linked = isDragging ? target : null;
      end();
      if (dropped) now.current.onDrop(keys, dropped);
      if (linked) now.current.onLink(pressed.key, linked);
    };
    const cancel = (event: globalThis.PointerEvent) => event.pointerId === pointer && end();
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || !isDragging) return;
      event.preventDefault();
      event.stopPropagation();
      end();
    };
    // A finger scrolls until it has rested on a card; from then on it carries the card.
    const touch = (event: TouchEvent) => isDragging && event.preventDefault();
    const timer = pressed.isTouch
      ? setTimeout(() => {
          pressed.isHeld = true;
          lift();
          navigator.vibrate?.(10);
        }, PRESS_MS)
      : undefined;
    const end = () => {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      window.removeEventListener("pointercancel", cancel);
      window.removeEventListener("keydown", key, true);
      window.removeEventListener("touchmove", touch);
      stop.current = null;
      isDragging = false;
      setDrag(null);
      setLinkDrag(null);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
    window.addEventListener("pointercancel", cancel);
    window.addEventListener("keydown", key, true);
    window.addEventListener("touchmove", touch, { passive: false });
    stop.current = end;
  };
  useEffect(() => () => stop.current?.(), []);

  const onPointerDown = (event: PointerEvent) => {
    const target = event.target as Element;
    const handle = target.closest<HTMLElement>("[data-link-from]");
    if (handle?.dataset["linkFrom"]) return press(event, handle.dataset["linkFrom"], "link");
    if (target.closest("button, input, textarea, a")) return;
    const key = target.closest<HTMLElement>("[data-key]")?.dataset["key"];
    if (key) press(event, key, "card");
  };
  const onPointerMove = (event: PointerEvent) => {
    if (
      event.pointerType === "touch" ||
      stop.current !== null ||
      (event.target as Element).closest("[data-tools]")
    )
      return;
    const at = planePoint(event.clientX, event.clientY);
    const found = isUnderSticky(event.clientX, event.clientY) ? null : hit(now.current.layout, at.x, at.y);
    setHover((old) => (isSameHover(old, found) ? old : found));
  };
  const onPointerLeave = useCallback(() => setHover(null), []);
  const setLifted = useCallback((element: HTMLElement | null) => void (lifted.current = element), []);
  const setRubber = useCallback((element: SVGPathElement | null) => void (rubber.current = element), []);
  /** Is this click the end of a drag? Asked once for each click. */
  const endsDrag = useCallback(() => {
    const ended = wasDragged.current;
    wasDragged.current = false;
    return ended;
  }, []);
  return {
    drag,
    linkDrag,
    hover,
    setLifted,
    setRubber,
    endsDrag,
    onPointerDown,
    onPointerMove,
    onPointerLeave,
  };
}

/** How fast the board scrolls by itself within 48 px of an edge. */
export function speed(at: number, low: number, high: number): number {
  if (at < low + EDGE_PX) return -Math.ceil((Math.min(EDGE_PX, low + EDGE_PX - at) / EDGE_PX) * MAX_SPEED);
  if (at > high - EDGE_PX) return Math.ceil((Math.min(EDGE_PX, at - high + EDGE_PX) / EDGE_PX) * MAX_SPEED);
  return 0;
}

function isSame(a: Over | null, b: Over | null): boolean {
  if (a === null || b === null || a.kind === "tray" || b.kind === "tray") return a?.kind === b?.kind;
  return a.row === b.row && a.column === b.column && a.slot === b.slot;
}

function isSameHover(a: Hit | null, b: Hit | null): boolean {
  return a?.box === b?.box && a?.row === b?.row && a?.column === b?.column;
}
