import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Page } from "../app/Page";
import layout from "../ui/layout.module.css";
import { Tabs } from "../ui/surface";

const TABS = [
  { to: "/profile", label: "Profile" },
  { to: "/profile/credentials", label: "ALM credentials" },
  { to: "/profile/sessions", label: "Sessions" },
  { to: "/profile/display", label: "Keyboard and display" },
] as const;

interface ProfileTabsProps {
  title: (typeof TABS)[number]["label"];
  says: ReactNode;
  children: ReactNode;
}

export function ProfileTabs({ title, says, children }: ProfileTabsProps) {
  return (
    <Page title={title} trail={title === "Profile" ? [] : [{ label: "Profile", to: "/profile" }]}>
      <div className={`${layout.page} ${layout.narrow}`}>
        <div className={layout.pageHead}>
          <div>
            <h1>{title}</h1>
            <p>{says}</p>
          </div>
        </div>
        <Tabs label="Profile">
          {TABS.map((tab) => (
            <Link key={tab.to} to={tab.to} activeOptions={{ exact: true }}>
              {tab.label}
            </Link>
          ))}
        </Tabs>
        {children}
      </div>
    </Page>
  );
}
