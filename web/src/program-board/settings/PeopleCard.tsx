import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sentence } from "../../api/client";
import { membersQuery } from "../../app/queries";
import { ROLE_WORDS } from "../../app/words";
import { Button } from "../../ui/Button";
import { FieldError, RadioCards, TextField } from "../../ui/Field";
import layout from "../../ui/layout.module.css";
import { Avatar, Skeleton } from "../../ui/marks";
import { Card } from "../../ui/surface";
import { toast } from "../../ui/toast";
import { boardChanged, boardQuery, changeBoard } from "../list/calls";
import type { BoardDetail, BoardPerson } from "../list/shapes";
import { accessOf, choicesFor, isAlways, samePeople, withAccess, type Access, type See } from "./people";
import style from "./settings.module.css";

const ACCESS_WORDS: Record<Access, string> = { none: "No access", sees: "Sees it", edits: "Sees and edits" };
const N_WITHOUT_FIND = 12;

export function PeopleCard({ board }: { board: BoardDetail }) {
  const client = useQueryClient();
  const members = useQuery(membersQuery);
  const [draft, setDraft] = useState<{ see: See; people: BoardPerson[] } | null>(null);
  const [find, setFind] = useState("");
  const { see, people } = draft ?? board;
  const isChanged = see !== board.see || !samePeople(people, board.people);
  const save = useMutation({
    mutationFn: () => changeBoard(board.id, { see, people }),
    onSuccess: (next) => {
      client.setQueryData(boardQuery(board.id).queryKey, next);
      boardChanged(client);
      setDraft(null);
      toast("Who may see and edit this board is changed");
    },
  });
  const active = (members.data ?? []).filter((member) => member.is_active);
  const shown = active.filter((member) =>
    member.name.toLocaleLowerCase().includes(find.trim().toLocaleLowerCase()),
  );
  return (
    <Card
      title="People"
      says={
        board.is_local
          ? "Everybody who may see it sees all of it."
          : "The board shows what its connection can read, to everybody who may see it."
      }
    >
      <div className={layout.stack}>
        <RadioCards<See>
          legend="Who may see it"
          name="see"
          value={see}
          onChange={(next) => setDraft({ see: next, people })}
          options={[
            {
              value: "company",
              title: "Everybody in the company",
              says: "Members plan on it, but those who only see it below.",
            },
            {
              value: "listed",
              title: "Only people listed",
              says: "For everybody else the board is not there.",
            },
          ]}
        />
        {active.length > N_WITHOUT_FIND && (
          <TextField label="Find a person" value={find} onChange={setFind} />
        )}
        {members.isPending ? (
          <Skeleton height={120} />
        ) : members.isError && !members.data ? (
          <FieldError>{sentence(members.error)}</FieldError>
        ) : (
          <ul className={style.people}>
            {shown.map((member) => (
              <li key={member.id}>
                <Avatar name={member.name} initials={member.initials} />
                <span>
                  {member.name} <small>{ROLE_WORDS[member.role]}</small>
                </span>
                {isAlways(member) ? (
                  <span className={layout.faint}>Always sees and edits</span>
                ) : choicesFor(see, member).length === 1 ? (
                  <span className={layout.faint}>{ACCESS_WORDS[accessOf(see, people, member)]}</span>
                ) : (
                  <select
                    className={style.access}
                    aria-label={`Access of ${member.name}`}
                    value={accessOf(see, people, member)}
                    onChange={(event) =>
                      setDraft({
                        see,
                        people: withAccess(see, people, member.id, event.target.value as Access),
                      })
                    }
                  >
                    {choicesFor(see, member).map((access) => (
                      <option key={access} value={access}>
                        {ACCESS_WORDS[access]}
                      </option>
                    ))}
                  </select>
                )}
              </li>
            ))}
          </ul>
        )}
        {isChanged && (
          <div className={`${layout.row} ${layout.wrap}`}>
            <Button look="primary" isBusy={save.isPending} onClick={() => save.mutate()}>
              Save people
            </Button>
            <Button look="ghost" onClick={() => setDraft(null)}>
              Leave as it is
            </Button>
            {save.error && <FieldError>{sentence(save.error)}</FieldError>}
          </div>
        )}
      </div>
    </Card>
  );
}
