// Who is on this board now: three faces, then a number.
import { Avatar } from "../ui/marks";
import style from "./toolbar.module.css";
import type { Present } from "./shapes";

const N_SHOWN = 3;

export function Presence({ present, me }: { present: readonly Present[]; me: string }) {
  const others = present.filter((one) => one.member_id !== me);
  if (others.length === 0) return null;
  const names = others.map((one) => one.name).join(", ");
  return (
    <div className={style.present} role="img" aria-label={`Here now: ${names}`} title={`Here now: ${names}`}>
      {others.slice(0, N_SHOWN).map((one) => (
        <Avatar
          key={one.member_id}
          name={one.name}
          initials={one.initials}
          colour={one.avatar}
          size="large"
        />
      ))}
      {others.length > N_SHOWN && <span className={style.moreHere}>+{others.length - N_SHOWN}</span>}
    </div>
  );
}
