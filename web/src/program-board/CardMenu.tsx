// The menu of a card, or of all that are selected: every act of the pointer and of the keys is in it. Loaded when first used.
import { Menu as Base } from "@base-ui/react/menu";
import {
  ArrowRight,
  CircleDot,
  ExternalLink,
  Hash,
  Inbox,
  Link2,
  ListTree,
  PanelRight,
  Pencil,
  Plus,
  Trash2,
  UserRound,
  type LucideIcon,
} from "lucide-react";
import float from "../ui/float.module.css";
import type { Desk, DeskActs } from "./desk";
import { levelOf, type Model } from "./model";
import { featureOf } from "./nesting";
import type { Tile } from "./placement";
import type { BoardActs } from "./useActs";

interface CardMenuProps {
  model: Model;
  tiles: readonly Tile[];
  at: NonNullable<Desk["menu"]>;
  canEdit: boolean;
  deskActs: DeskActs;
  acts: BoardActs;
  urlOf: (tile: Tile) => string | null;
  onOpen: (tile: Tile) => void;
  onExpand: (feature: string) => void;
}

interface Entry {
  label: string;
  Icon: LucideIcon;
  hint?: string;
  isDanger?: boolean;
  run: () => void;
}

export default function CardMenu({
  model,
  tiles,
  at,
  canEdit,
  deskActs,
  acts,
  urlOf,
  onOpen,
  onExpand,
}: CardMenuProps) {
  const only = tiles.length === 1 ? tiles[0] : undefined;
  const keys = tiles.map((tile) => tile.key);
  const url = only ? urlOf(only) : null;
  const feature = only === undefined ? null : featureOf(only);
  const isExpanded = only?.is_expanded === true || only?.is_nested === true;
  const isFeature = only !== undefined && levelOf(model.frame, only.card) === "feature";
  const edit = (kind: "state" | "points" | "assignee" | "title") => () =>
    deskActs.patch({ editing: { keys, kind } });
  const groups: (Entry | null | false)[][] = [
    [
      only !== undefined && { label: "Open", Icon: PanelRight, hint: "Enter", run: () => onOpen(only) },
      feature !== null && {
        label: isExpanded ? "Hide its stories" : "Show its stories",
        Icon: ListTree,
        hint: "E",
        run: () => onExpand(feature),
      },
      url !== null && {
        label: "Open in Azure DevOps",
        Icon: ExternalLink,
        hint: "O",
        run: () => void window.open(url, "_blank", "noreferrer"),
      },
    ],
    canEdit
      ? [
          { label: "Move to…", Icon: ArrowRight, hint: "M", run: () => deskActs.patch({ moving: keys }) },
          tiles.some((tile) => tile.column >= 0) && {
            label: "To the parking lot",
            Icon: Inbox,
            run: () => void acts.move(tiles, { team: null, column: -1 }, null),
          },
        ]
      : [],
    canEdit
      ? [
          { label: "State", Icon: CircleDot, hint: "S", run: edit("state") },
          { label: "Points", Icon: Hash, hint: "P", run: edit("points") },
          { label: "Assignee", Icon: UserRound, hint: "A", run: edit("assignee") },
          only !== undefined && { label: "Rename", Icon: Pencil, hint: "F2", run: edit("title") },
        ]
      : [],
    canEdit && only !== undefined
      ? [
          { label: "Needed by…", Icon: Link2, hint: "L", run: () => deskActs.patch({ linking: only.key }) },
          isFeature &&
            only.column >= 0 && {
              label: "Add a story to it",
              Icon: Plus,
              run: () =>
                deskActs.patch({ creating: { team: only.team, column: only.column, parent: only.card.id } }),
            },
        ]
      : [],
    canEdit
      ? [{ label: "Remove…", Icon: Trash2, isDanger: true, run: () => deskActs.patch({ removing: keys }) }]
      : [],
  ];
  const shown = groups
    .map((group) => group.filter((entry): entry is Entry => entry !== null && entry !== false))
    .filter((group) => group.length > 0);
  const anchor = { getBoundingClientRect: () => new DOMRect(at.x, at.y, 0, 0) };
  return (
    <Base.Root open onOpenChange={(isOpen) => !isOpen && deskActs.patch({ menu: null })}>
      <Base.Portal>
        <Base.Positioner
          className={float.positioner}
          anchor={anchor}
          side="bottom"
          align="start"
          sideOffset={2}
        >
          <Base.Popup
            className={float.menu}
            aria-label={only ? `Acts on ${only.card.title}` : `Acts on ${tiles.length} cards`}
          >
            {shown.map((group, index) => (
              <Base.Group key={group[0]?.label}>
                {index > 0 && <div className={float.separator} role="separator" />}
                {group.map(({ label, Icon, hint, isDanger, run }) => (
                  <Base.Item
                    key={label}
                    className={[float.item, isDanger && float.danger].filter(Boolean).join(" ")}
                    onClick={() => {
                      deskActs.patch({ menu: null });
                      run();
                    }}
                  >
                    <Icon size={16} aria-hidden />
                    {label}
                    {hint && <span className={float.hint}>{hint}</span>}
                  </Base.Item>
                ))}
              </Base.Group>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
