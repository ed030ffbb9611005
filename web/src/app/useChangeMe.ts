import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ask, sentence } from "../api/client";
import type { Me, Session } from "../api/types";
import { refusal } from "../ui/toast";
import { sessionQuery } from "./queries";
import { applyTheme } from "./theme";

export type MeChanges = Partial<Pick<Me, "name" | "theme" | "has_single_keys" | "has_presence">>;

/** Changes oneself. A theme shows at once; a refusal puts the old one back. */
export function useChangeMe() {
  const client = useQueryClient();
  const write = (me: (old: Me) => Me) =>
    client.setQueryData<Session>(sessionQuery.queryKey, (old) =>
      old?.me ? { ...old, me: me(old.me) } : old,
    );
  return useMutation({
    mutationFn: (changes: MeChanges) => ask(api.PATCH("/api/me", { body: changes })),
    onMutate: (changes) => {
      const before = client.getQueryData<Session>(sessionQuery.queryKey);
      if (changes.theme) applyTheme(changes.theme);
      write((old) => ({ ...old, ...changes }));
      return before;
    },
    onSuccess: (me) => write(() => me),
    onError: (error, _changes, before) => {
      client.setQueryData(sessionQuery.queryKey, before);
      if (before?.me) applyTheme(before.me.theme);
      refusal("Your profile was not changed.", sentence(error));
    },
  });
}
