import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Monitor, Smartphone } from "lucide-react";
import { api, ask, sentence } from "../api/client";
import { Button } from "../ui/Button";
import { FieldError } from "../ui/Field";
import layout from "../ui/layout.module.css";
import { Pill, Skeleton } from "../ui/marks";
import { Card } from "../ui/surface";
import { ago, moment } from "../ui/time";
import { refusal, toast } from "../ui/toast";
import { useNow } from "../ui/useNow";
import style from "./accounts.module.css";
import { browserWords } from "./browserWords";
import { ProfileTabs } from "./ProfileTabs";

export function SessionsPage() {
  const client = useQueryClient();
  const now_ms = useNow(30_000);
  const sessions = useQuery({
    queryKey: ["sessions"],
    queryFn: () => ask(api.GET("/api/sessions")),
  });
  const end = useMutation({
    mutationFn: (id: string) => ask(api.DELETE("/api/sessions/{id}", { params: { path: { id } } })),
    onSuccess: async () => {
      toast("That session is ended");
      await client.invalidateQueries({ queryKey: ["sessions"] });
    },
    onError: (error) => refusal("That session goes on.", sentence(error)),
  });
  return (
    <ProfileTabs title="Sessions" says="Where you are signed in. End what you do not know.">
      {sessions.isPending && <Skeleton height={120} />}
      {sessions.isError && <FieldError>{sentence(sessions.error)}</FieldError>}
      {sessions.data && (
        <Card isFlush>
          <ul className={style.rows}>
            {sessions.data.map((session) => {
              const words = browserWords(session.user_agent);
              const Icon = words.isPhone ? Smartphone : Monitor;
              return (
                <li key={session.id}>
                  <Icon size={16} aria-hidden />
                  <div className={layout.grow}>
                    <b>{words.name}</b>
                    <small>
                      Last seen {ago(session.last_seen_us, now_ms)}, signed in{" "}
                      {moment(session.created_us, now_ms)}
                    </small>
                  </div>
                  {session.is_current ? (
                    <Pill tone="accent">This one</Pill>
                  ) : (
                    <Button size="small" isBusy={end.isPending} onClick={() => end.mutate(session.id)}>
                      End session
                    </Button>
                  )}
                </li>
              );
            })}
          </ul>
        </Card>
      )}
    </ProfileTabs>
  );
}
