// Quick filters at the foot of the filter: a person's own, kept in this browser, and the board's, which everybody on it sees.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2, Users } from "lucide-react";
import { useState } from "react";
import { newId, sentence } from "../api/client";
import { Button, IconButton } from "../ui/Button";
import { Checkbox, FieldError } from "../ui/Field";
import { addQuickFilter, quickFiltersQuery, removeQuickFilter, searchOf, valuesOf } from "./quickFilters";
import { keepSaved, readSaved, type Saved } from "./saved";
import { filterSearch, NO_FILTER_SEARCH, type BoardSearch } from "./search";
import style from "./toolbar.module.css";

interface SavedProps {
  search: BoardSearch;
  board: { id: string; may_edit: boolean };
  me: string;
  onSearch: (changes: Partial<BoardSearch>) => void;
}

export function SavedFilters({ search, board, me, onSearch }: SavedProps) {
  const client = useQueryClient();
  const name = `${me}.${board.id}`;
  const [saved, setSaved] = useState<Saved[]>(() => readSaved(name));
  const [called, setCalled] = useState<string | null>(null);
  const [isForAll, setForAll] = useState(false);
  const query = quickFiltersQuery(board.id);
  const shared = useQuery({ ...query, staleTime: 0 });
  const add = useMutation({
    mutationFn: (made: Parameters<typeof addQuickFilter>[1]) => addQuickFilter(board.id, made),
    onSuccess: (filters) => {
      client.setQueryData(query.queryKey, filters);
      setCalled(null);
    },
  });
  const remove = useMutation({
    mutationFn: (filter: string) => removeQuickFilter(board.id, filter),
    onSettled: () => void client.invalidateQueries({ queryKey: query.queryKey }),
  });
  const own = filterSearch(search);
  const isSet = Object.keys(own).length > 0;
  const apply = (what: BoardSearch) => onSearch({ ...NO_FILTER_SEARCH, group: undefined, ...what });
  const keep = (next: Saved[]) => {
    setSaved(next);
    keepSaved(name, next);
  };
  const save = () => {
    const title = called?.trim();
    if (!title) return setCalled(null);
    if (isForAll) return add.mutate({ id: newId(), name: title, filter: valuesOf(own) });
    keep([...saved.filter((one) => one.name !== title), { name: title, search: own }]);
    setCalled(null);
  };
  const error = add.error ?? remove.error;
  return (
    <div className={style.saved}>
      {(saved.length > 0 || (shared.data?.length ?? 0) > 0) && (
        <ul aria-label="Quick filters">
          {shared.data?.map((one) => (
            <li key={one.id} title={`For everybody on this board, made by ${one.made_by}`}>
              <button type="button" className={style.quick} onClick={() => apply(searchOf(one.filter))}>
                <Users size={12} aria-label="For everybody:" /> {one.name}
              </button>
              {one.may_remove && (
                <IconButton
                  size="small"
                  label={`Remove ${one.name} for everybody`}
                  icon={<Trash2 size={14} />}
                  onClick={() => remove.mutate(one.id)}
                />
              )}
            </li>
          ))}
          {saved.map((one) => (
            <li key={one.name}>
              <button type="button" className={style.quick} onClick={() => apply(one.search)}>
                {one.name}
              </button>
              <IconButton
                size="small"
                label={`Forget ${one.name}`}
                icon={<Trash2 size={14} />}
                onClick={() => keep(saved.filter((other) => other !== one))}
              />
            </li>
          ))}
        </ul>
      )}
      {error && <FieldError>{sentence(error)}</FieldError>}
      <div className={style.popFoot}>
        <Button
          look="ghost"
          size="small"
          disabled={!isSet && search.since === undefined}
          onClick={() => onSearch({ ...NO_FILTER_SEARCH, group: undefined })}
        >
          Clear all
        </Button>
        {called === null ? (
          <Button size="small" disabled={!isSet} onClick={() => setCalled("")}>
            Save as quick filter…
          </Button>
        ) : (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (!add.isPending) save();
            }}
          >
            <input
              autoFocus
              aria-label="Name of the quick filter"
              placeholder="Name"
              maxLength={40}
              value={called}
              onChange={(event) => setCalled(event.target.value)}
            />
            {board.may_edit && <Checkbox label="For everybody" isOn={isForAll} onChange={setForAll} />}
            <Button size="small" type="submit" look="primary" isBusy={add.isPending}>
              Save
            </Button>
          </form>
        )}
      </div>
    </div>
  );
}
