import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { KeyRound, LogOut, MonitorSmartphone, User, Users } from "lucide-react";
import { api, ask, sentence } from "../api/client";
import type { DemoPerson } from "../api/types";
import layout from "../ui/layout.module.css";
import { Avatar } from "../ui/marks";
import { Menu, type MenuEntry } from "../ui/Menu";
import { refusal } from "../ui/toast";
import { ROLE_WORDS } from "./words";
import { enterSession, useMay, useSession } from "./session";
import { sessionQuery } from "./queries";
import style from "./shell.module.css";

/** Oneself, at the foot of the rail. In the demo also everybody else one can be. */
export function PersonMenu() {
  const { me, session } = useSession();
  const navigate = useNavigate();
  const mayManage = useMay("members.manage");
  const signOut = useSignOut();
  const become = useBecome();
  const people = session.demo?.people.filter((person) => person.id !== me.id) ?? [];
  const entries: MenuEntry[] = [
    {
      id: "profile",
      label: "Profile",
      icon: <User size={16} />,
      onPick: () => void navigate({ to: "/profile" }),
    },
    {
      id: "credentials",
      label: "ALM credentials",
      icon: <KeyRound size={16} />,
      onPick: () => void navigate({ to: "/profile/credentials" }),
    },
    {
      id: "sessions",
      label: "Sessions",
      icon: <MonitorSmartphone size={16} />,
      onPick: () => void navigate({ to: "/profile/sessions" }),
    },
  ];
  if (mayManage)
    entries.push({
      id: "people",
      label: "People",
      icon: <Users size={16} />,
      onPick: () => void navigate({ to: "/people" }),
    });
  return (
    <Menu
      side="right"
      trigger={
        <button type="button" className={style.nav}>
          <Avatar name={me.name} initials={me.initials} colour={me.avatar} size="large" />
          <span className={layout.sr}>{me.name}, your profile</span>
        </button>
      }
      groups={[
        { label: `${me.name} · ${ROLE_WORDS[me.role]}`, entries },
        {
          label: "Demo: be somebody else",
          entries: people.map((person) => ({
            id: person.id,
            label: person.name,
            hint: ROLE_WORDS[person.role],
            icon: <Avatar name={person.name} initials={person.initials} colour={person.avatar} />,
            onPick: () => become.mutate(person),
          })),
        },
        {
          entries: [
            { id: "out", label: "Sign out", icon: <LogOut size={16} />, onPick: () => signOut.mutate() },
          ],
        },
      ]}
    />
  );
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => ask(api.POST("/api/sign-out")),
    onSuccess: async () => {
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
      await client.refetchQueries({ queryKey: sessionQuery.queryKey });
    },
    onError: (error) => refusal("You are still signed in.", sentence(error)),
  });
}

export function useBecome() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (person: Pick<DemoPerson, "id">) =>
      ask(api.POST("/api/demo/person", { body: { member_id: person.id } })),
    onSuccess: (session) => enterSession(client, session),
    onError: (error) => refusal("You are still who you were.", sentence(error)),
  });
}
