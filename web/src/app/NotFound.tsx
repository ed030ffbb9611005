import { Link } from "@tanstack/react-router";
import { buttonClass } from "../ui/Button";
import { Empty } from "../ui/surface";
import { Page } from "./Page";

export function NotFound() {
  return (
    <Page title="Not found">
      <Empty
        art="search"
        title="There is nothing at this address"
        acts={
          <Link to="/action-items" className={buttonClass("primary")}>
            Open action items
          </Link>
        }
      >
        It was removed, or the address has a typing error.
      </Empty>
    </Page>
  );
}
