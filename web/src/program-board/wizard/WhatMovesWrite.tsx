import { ArrowRight, Minus, Users } from "lucide-react";
import { Switch } from "../../ui/Field";
import type { Preview, SetUp } from "../list/shapes";
import style from "./wizard.module.css";

interface WritesProps {
  set_up: SetUp;
  preview: Preview | null;
  onChange: (set_up: SetUp) => void;
}

/** What moving a card writes, before anybody moves one. */
export function WhatMovesWrite({ set_up, preview, onChange }: WritesProps) {
  const rows = [
    { Icon: ArrowRight, what: "To another sprint", says: preview?.writes.to_sprint },
    { Icon: Users, what: "To another team", says: preview?.writes.to_team },
    { Icon: Minus, what: "A feature itself", says: preview?.writes.feature },
  ];
  return (
    <div className={style.writes}>
      <h3>What moving a card writes</h3>
      <ul>
        {rows.map(({ Icon, what, says }) => (
          <li key={what}>
            <Icon size={14} aria-hidden />
            <span>
              <b>{what}:</b> {lowerFirst(says ?? "…")}
            </span>
          </li>
        ))}
      </ul>
      <Switch
        label="Placing a feature without stories writes its own iteration"
        isOn={set_up.writes_feature_place}
        onChange={(isOn) => onChange({ ...set_up, writes_feature_place: isOn })}
      />
    </div>
  );
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
