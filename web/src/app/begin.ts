// Before the first drawing. On the address of a board its cards are read together with who is signed in, so that the page is
// drawn once, with them, and not as a frame, then a skeleton, then a board.
import type { QueryClient } from "@tanstack/react-query";
import { awaitDrawing } from "./drawn";
import { sessionQuery } from "./queries";

/** What takes longer is drawn when it comes. */
const SOON_MS = 500;

export async function begin(client: QueryClient, path = location.pathname): Promise<void> {
  const session = client.prefetchQuery(sessionQuery);
  const board = /^\/boards\/([0-9a-f-]{36})$/.exec(path)?.[1];
  if (board === undefined) return;
  awaitDrawing();
  const cards = import("../program-board/useBoard").then(({ storeOf }) => storeOf(client, board).catchUp());
  const soon = new Promise((done) => setTimeout(done, SOON_MS));
  // A part that could not be loaded is said by whoever draws it.
  await Promise.race([Promise.allSettled([session, cards]), soon]);
}
