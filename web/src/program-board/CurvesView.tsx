// The curves of dependencies. Everything they say is in words elsewhere, so they are drawn for the eye alone.
import { memo } from "react";
import style from "./curves.module.css";
import { pathOf, type Curve } from "./curves";

interface CurvesProps {
  width: number;
  /** What is drawn of the board's height, multiples of 10. */
  top: number;
  bottom: number;
  curves: readonly Curve[];
  /** Keys of curves that stay strong while the rest steps back; `null`: all are. */
  strong: ReadonlySet<string> | null;
  stubs: readonly { key: string; x: number; y: number; direction: 1 | -1 }[];
}

export const CurvesView = memo(function CurvesView({
  width,
  top,
  bottom,
  curves,
  strong,
  stubs,
}: CurvesProps) {
  const shown = curves
    .filter((curve) => curve.bottom >= top && curve.top <= bottom)
    .map((curve) => ({ ...curve, path: pathOf(curve.points, top, bottom) }));
  const dim = (key: string) => (strong !== null && !strong.has(key) ? true : undefined);
  return (
    <svg
      className={style.curves}
      style={{ top }}
      width={width}
      height={bottom - top}
      viewBox={`0 ${top} ${width} ${bottom - top}`}
      aria-hidden
      data-curves
    >
      {shown.map(({ key, path, health }) => (
        <g key={key} data-dim={dim(key)}>
          <path className={style.halo} d={path} />
          <path data-health={health} data-curve={key} d={path} />
        </g>
      ))}
      {shown.map(({ key, health, start, tip, direction, sign }) => (
        <g key={key} data-dim={dim(key)} data-health={health}>
          <circle cx={start[0]} cy={start[1]} r="3" />
          <polygon
            points={`${tip[0]},${tip[1]} ${tip[0] - direction * 8},${tip[1] - 4.5} ${tip[0] - direction * 8},${tip[1] + 4.5}`}
          />
          {sign && health === "bad" && (
            <>
              <circle className={style.sign} cx={sign[0]} cy={sign[1]} r="7" />
              <text x={sign[0]} y={sign[1] + 4}>
                !
              </text>
            </>
          )}
          {sign && health === "risk" && (
            <polygon
              className={style.sign}
              points={`${sign[0]},${sign[1] - 6} ${sign[0] + 6},${sign[1]} ${sign[0]},${sign[1] + 6} ${sign[0] - 6},${sign[1]}`}
            />
          )}
        </g>
      ))}
      {stubs.map(({ key, x, y, direction }) => (
        <g key={key} className={style.stub}>
          <path d={`M${x} ${y}h${direction * 11}`} />
          <circle cx={x + direction * 12} cy={y} r="4.500" />
          <circle className={style.stubDot} cx={x + direction * 12} cy={y} r="1.600" />
        </g>
      ))}
    </svg>
  );
});
