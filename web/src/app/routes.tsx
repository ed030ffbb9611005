// Every address of the app. Pages are loaded when they are first opened.
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { parseItemsSearch } from "../action-items/search";
import { parseBoardSearch } from "../program-board/search";
import { Broken } from "./ErrorBoundary";
import { NotFound } from "./NotFound";
import { Shell } from "./Shell";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: Broken });

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/action-items" });
  },
});
const boards = createRoute({
  getParentRoute: () => root,
  path: "/boards",
  component: lazyRouteComponent(() => import("../program-board/list/BoardsPage"), "BoardsPage"),
});
const newBoard = createRoute({
  getParentRoute: () => root,
  path: "/boards/new",
  validateSearch: (search: Record<string, unknown>): { connection?: string } =>
    typeof search["connection"] === "string" ? { connection: search["connection"] } : {},
  component: lazyRouteComponent(() => import("../program-board/wizard/WizardPage"), "WizardPage"),
});
const board = createRoute({
  getParentRoute: () => root,
  path: "/boards/$id",
  validateSearch: parseBoardSearch,
  component: lazyRouteComponent(() => import("../program-board/BoardPage"), "BoardPage"),
});
const boardSettings = createRoute({
  getParentRoute: () => root,
  path: "/boards/$id/settings",
  component: lazyRouteComponent(() => import("../program-board/settings/SettingsPage"), "SettingsPage"),
});
const connectBoard = createRoute({
  getParentRoute: () => root,
  path: "/boards/$id/connect",
  component: lazyRouteComponent(() => import("../program-board/connect/ConnectPage"), "ConnectPage"),
});
const publish = createRoute({
  getParentRoute: () => root,
  path: "/boards/$id/publish",
  component: lazyRouteComponent(() => import("../program-board/publish/PublishPage"), "PublishPage"),
});
const openLens = lazyRouteComponent(() => import("../program-board/lens/LensPage"), "LensPage");
const lens = createRoute({ getParentRoute: () => root, path: "/boards/$id/lens", component: openLens });
const teamLens = createRoute({
  getParentRoute: () => root,
  path: "/boards/$id/lens/$team",
  component: openLens,
});
const timeline = createRoute({
  getParentRoute: () => root,
  path: "/boards/$id/timeline",
  component: lazyRouteComponent(() => import("../program-board/timeline/TimelinePage"), "TimelinePage"),
});
const items = createRoute({
  getParentRoute: () => root,
  path: "/action-items",
  validateSearch: parseItemsSearch,
  component: lazyRouteComponent(() => import("../action-items/ActionItemsPage"), "ActionItemsPage"),
});
const bin = createRoute({
  getParentRoute: () => root,
  path: "/action-items/bin",
  component: lazyRouteComponent(() => import("../action-items/BinPage"), "BinPage"),
});
const sync = createRoute({
  getParentRoute: () => root,
  path: "/sync",
  validateSearch: (search: Record<string, unknown>): { connection?: string } =>
    typeof search["connection"] === "string" ? { connection: search["connection"] } : {},
  component: lazyRouteComponent(() => import("../sync-health/SyncHealthPage"), "SyncHealthPage"),
});
const connections = createRoute({
  getParentRoute: () => root,
  path: "/connections",
  validateSearch: (search: Record<string, unknown>): { add?: true } => (search["add"] ? { add: true } : {}),
  component: lazyRouteComponent(() => import("../connections/ConnectionsPage"), "ConnectionsPage"),
});
const connection = createRoute({
  getParentRoute: () => root,
  path: "/connections/$id",
  component: lazyRouteComponent(() => import("../connections/ConnectionPage"), "ConnectionPage"),
});
const profile = createRoute({
  getParentRoute: () => root,
  path: "/profile",
  component: lazyRouteComponent(() => import("../accounts/ProfilePage"), "ProfilePage"),
});
const credentials = createRoute({
  getParentRoute: () => root,
  path: "/profile/credentials",
  component: lazyRouteComponent(() => import("../accounts/CredentialsPage"), "CredentialsPage"),
});
const sessions = createRoute({
  getParentRoute: () => root,
  path: "/profile/sessions",
  component: lazyRouteComponent(() => import("../accounts/SessionsPage"), "SessionsPage"),
});
const display = createRoute({
  getParentRoute: () => root,
  path: "/profile/display",
  component: lazyRouteComponent(() => import("../accounts/DisplayPage"), "DisplayPage"),
});
const people = createRoute({
  getParentRoute: () => root,
  path: "/people",
  component: lazyRouteComponent(() => import("../accounts/PeoplePage"), "PeoplePage"),
});
const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  component: lazyRouteComponent(() => import("../accounts/FirstSteps"), "FirstSteps"),
});

const routeTree = root.addChildren([
  home,
  boards,
  newBoard,
  board,
  boardSettings,
  connectBoard,
  publish,
  lens,
  teamLens,
  timeline,
  items,
  bin,
  sync,
  connections,
  connection,
  profile,
  credentials,
  sessions,
  display,
  people,
  setup,
]);

export function newRouter() {
  return createRouter({ routeTree, defaultPreload: "intent", defaultNotFoundComponent: NotFound });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}
