import type { Theme } from "../api/types";
import { openKeysHelp } from "../app/palette-state";
import { useMe } from "../app/session";
import { THEME_WORDS } from "../app/theme";
import { useChangeMe } from "../app/useChangeMe";
import { Button } from "../ui/Button";
import { RadioCards, Switch } from "../ui/Field";
import layout from "../ui/layout.module.css";
import { Card } from "../ui/surface";
import { ProfileTabs } from "./ProfileTabs";

export function DisplayPage() {
  const me = useMe();
  const change = useChangeMe();
  const option = (value: Theme, says: string) => ({ value, title: THEME_WORDS[value], says });
  return (
    <ProfileTabs title="Keyboard and display" says="Kept with your profile, on every device.">
      <Card title="Theme">
        <RadioCards<Theme>
          legend="Colours"
          name="theme"
          value={me.theme}
          onChange={(theme) => change.mutate({ theme })}
          options={[
            option("system", "Light by day, dark by night, if your system does so."),
            option("light", "Always light."),
            option("dark", "Always dark."),
          ]}
        />
      </Card>
      <Card
        title="Single-letter keys"
        acts={
          <Button size="small" onClick={openKeysHelp}>
            Show all keys
          </Button>
        }
      >
        <Switch
          label="Act on single letters, such as C to create"
          isOn={me.has_single_keys}
          onChange={(has_single_keys) => change.mutate({ has_single_keys })}
        />
        <p className={`${layout.small} ${layout.faint}`} style={{ marginTop: 6 }}>
          They never act while something is typed into. Turn them off if you dictate, or press keys by
          accident. Ctrl+K and the arrow keys always work.
        </p>
      </Card>
      <Card title="Presence">
        <Switch
          label="Others on a board see that I am there, and at which card"
          isOn={me.has_presence}
          onChange={(has_presence) => change.mutate({ has_presence })}
        />
        <p className={`${layout.small} ${layout.faint}`} style={{ marginTop: 6 }}>
          Turned off, you still see others. What you change is seen by everybody either way, with your name.
        </p>
      </Card>
    </ProfileTabs>
  );
}
