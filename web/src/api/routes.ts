// The server's routes as the client calls them.
//
// The generated `paths` name each operation by its id, and in the server's description some ids stand for several
// operations (`list`, `edit`, `test`), of which the generator keeps the first. Those are said again here, from the same
// generated schemas. Once every operation has an id of its own, this file is `paths` and can go.
import type { components, paths } from "./schema";

type Schemas = components["schemas"];

interface Operation<Path, Body, Answer> {
  parameters: { query?: never; header?: never; path: Path; cookie?: never };
  requestBody: Body;
  responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answer } } };
}
interface Read<Answer> {
  parameters: { query?: never; header?: never; path?: never; cookie?: never };
  requestBody?: never;
  responses: { 200: { headers: Record<string, unknown>; content: { "application/json": Answer } } };
}
interface Json<Body> {
  content: { "application/json": Body };
}

interface Said {
  "/api/connections": { get: Read<Schemas["Connection"][]> };
  "/api/me/tokens": { get: Read<Schemas["MyToken"][]> };
  "/api/members": { get: Read<Schemas["Member"][]> };
  "/api/sessions": { get: Read<Schemas["SessionRow"][]> };
  "/api/me": {
    patch: Omit<Read<Schemas["Me"]>, "requestBody"> & { requestBody: Json<Schemas["EditMe"]> };
  };
  "/api/members/{id}": {
    patch: Operation<{ id: string }, Json<Schemas["EditMember"]>, Schemas["Member"]>;
  };
  "/api/me/tokens/{connection_id}/test": {
    post: Omit<Operation<{ connection_id: string }, never, Schemas["Checklist"]>, "requestBody"> & {
      requestBody?: never;
    };
  };
}

/** Every route, each with the operations it really has. */
export type Routes = {
  [Path in keyof paths]: Path extends keyof Said
    ? Omit<paths[Path], keyof Said[Path]> & Said[Path]
    : paths[Path];
};
