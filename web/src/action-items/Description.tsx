import { Bold, Italic, Link2, List, ListOrdered } from "lucide-react";
import { useRef, useState, type ReactNode } from "react";
import type { ActionItem } from "../api/types";
import { Button, IconButton, TextButton } from "../ui/Button";
import layout from "../ui/layout.module.css";
import style from "./panel.module.css";
import { editedHtml, isEmptyHtml, shownHtml } from "./richText";
import { useItemActs } from "./useItems";

/** The description, as rich as it came. It is written only when somebody edited it here. */
export function Description({ item, canEdit }: { item: ActionItem; canEdit: boolean }) {
  const [isEditing, setEditing] = useState(false);
  const mayEdit = canEdit && item.is_description_editable;
  const isEmpty = isEmptyHtml(item.description_html);
  const url = item.work_item?.url;
  return (
    <section className={style.section}>
      <h3>
        Description
        {mayEdit && !isEditing && !isEmpty && <TextButton onClick={() => setEditing(true)}>Edit</TextButton>}
      </h3>
      {isEditing && mayEdit ? (
        <Editor item={item} onClose={() => setEditing(false)} />
      ) : isEmpty ? (
        mayEdit ? (
          <div>
            <TextButton onClick={() => setEditing(true)}>Add a description</TextButton>
          </div>
        ) : (
          <span className={`${layout.faint} ${layout.small}`}>None</span>
        )
      ) : (
        <div
          className={`${style.rich} ${style.readable}`}
          data-editable={mayEdit}
          onDoubleClick={() => mayEdit && setEditing(true)}
          dangerouslySetInnerHTML={{ __html: shownHtml(item.description_html) }}
        />
      )}
      {canEdit && !item.is_description_editable && (
        <p className={`${layout.small} ${layout.faint}`}>
          It holds formatting that cannot be edited here without loss.{" "}
          {url && (
            <a href={url} target="_blank" rel="noreferrer">
              Edit in Azure DevOps
            </a>
          )}
        </p>
      )}
    </section>
  );
}

function Editor({ item, onClose }: { item: ActionItem; onClose: () => void }) {
  const acts = useItemActs();
  const area = useRef<HTMLDivElement>(null);
  const [before] = useState(() => editedHtml(item.description_html));
  const save = () => {
    const html = editedHtml(area.current?.innerHTML ?? "");
    // Looking at it is not editing it: only a difference made here is written.
    if (html !== before) void acts.change(item, { description_html: isEmptyHtml(html) ? "" : html });
    onClose();
  };
  // `execCommand` is old and everywhere; what it makes is cleaned before it is kept.
  const run = (command: string, value?: string) => {
    area.current?.focus();
    document.execCommand(command, false, value);
  };
  const link = () => {
    const href = prompt("Address of the link", "https://");
    if (href && /^(https?:|mailto:)/i.test(href)) run("createLink", href);
  };
  return (
    <>
      <div className={style.editor}>
        <div className={style.tools} role="toolbar" aria-label="Format">
          <Tool label="Bold" icon={<Bold size={14} />} onUse={() => run("bold")} />
          <Tool label="Italic" icon={<Italic size={14} />} onUse={() => run("italic")} />
          <Tool label="List" icon={<List size={14} />} onUse={() => run("insertUnorderedList")} />
          <Tool
            label="Numbered list"
            icon={<ListOrdered size={14} />}
            onUse={() => run("insertOrderedList")}
          />
          <Tool label="Link" icon={<Link2 size={14} />} onUse={link} />
        </div>
        <div
          ref={area}
          className={`${style.rich} ${style.area}`}
          contentEditable
          suppressContentEditableWarning
          role="textbox"
          aria-multiline
          aria-label="Description"
          autoFocus
          dangerouslySetInnerHTML={{ __html: before }}
          onPaste={(event) => {
            event.preventDefault();
            const html = event.clipboardData.getData("text/html");
            if (html) document.execCommand("insertHTML", false, editedHtml(html));
            else document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
            if (event.key === "Escape") {
              event.stopPropagation();
              event.preventDefault();
              onClose();
            }
          }}
        />
      </div>
      <div className={style.buttons}>
        <Button look="ghost" size="small" onClick={onClose}>
          Cancel
        </Button>
        <Button look="primary" size="small" onClick={save}>
          Save description
        </Button>
      </div>
    </>
  );
}

/** A format button: the selection stays where it is. */
function Tool({ label, icon, onUse }: { label: string; icon: ReactNode; onUse: () => void }) {
  return (
    <IconButton
      size="small"
      label={label}
      icon={icon}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onUse}
    />
  );
}
