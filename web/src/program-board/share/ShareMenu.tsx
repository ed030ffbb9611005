// Everything that goes out of a board: tables, pictures, paper, and a link for people without an account.
import { FileSpreadsheet, FileText, Image, Link2, PenTool, Printer, Share } from "lucide-react";
import { Suspense, lazy, useEffect, useState } from "react";
import { sentence } from "../../api/client";
import { announce } from "../../ui/announce";
import { IconButton } from "../../ui/Button";
import { Menu, type MenuEntry } from "../../ui/Menu";
import { refusal, toast } from "../../ui/toast";
import type { Pictured } from "../picture/board";
import { askTable, type TableFormat } from "./calls";
import { cardsOf } from "./taken";

const ShareDialog = lazy(() => import("./ShareDialog"));
// Loaded once the board is shown, so that the browser's own *Print* finds it.
const PrintSheet = lazy(() => import("../picture/PrintSheet").then((m) => ({ default: m.PrintSheet })));
const PRINT_AFTER_MS = 300;

interface ShareMenuProps {
  /** The board as it is shown now. */
  pictured: Pictured;
  isFiltered: boolean;
  n_shown: number;
  n_items: number;
  /** Whoever has a link takes pictures along; tables come from the server, for those with an account. */
  isShared?: boolean;
}

export function ShareMenu({ pictured, isFiltered, n_shown, n_items, isShared = false }: ShareMenuProps) {
  const { board } = pictured.model;
  const [isSharing, setSharing] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [isPrintable, setPrintable] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setPrintable(true), PRINT_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);

  const give = async (what: string, ending: string, make: () => Promise<Blob>) => {
    setBusy(true);
    try {
      const { fileName, giveFile } = await import("../picture/file");
      giveFile(fileName(board.name, pictured.today, ending), await make());
      toast(`${what} saved`);
      announce(`${what} saved`);
    } catch (error) {
      refusal(`${what} not made.`, why(error));
    } finally {
      setBusy(false);
    }
  };
  const table = (what: string, format: TableFormat) => () =>
    void give(what, format, () =>
      askTable(board.id, format, isFiltered ? cardsOf(pictured.rows, pictured.parked) : null),
    );
  const picture = (what: string, ending: "svg" | "png") => () =>
    void give(what, ending, async () => {
      const [{ drawBoard }, file] = await Promise.all([
        import("../picture/board"),
        import("../picture/file"),
      ]);
      const drawing = drawBoard(pictured);
      return ending === "svg" ? file.svgFile(drawing) : file.pngFile(drawing);
    });
  const tables: MenuEntry[] = [
    {
      id: "xlsx",
      label: "Workbook (XLSX)",
      icon: <FileSpreadsheet size={16} />,
      onPick: table("Workbook", "xlsx"),
    },
    { id: "csv", label: "Table (CSV)", icon: <FileText size={16} />, onPick: table("Table", "csv") },
  ];
  const pictures: MenuEntry[] = [
    { id: "png", label: "Picture (PNG)", icon: <Image size={16} />, onPick: picture("Picture", "png") },
    { id: "svg", label: "Drawing (SVG)", icon: <PenTool size={16} />, onPick: picture("Drawing", "svg") },
    {
      id: "print",
      label: "Print…",
      icon: <Printer size={16} />,
      hint: "Ctrl P",
      // The menu closes first.
      onPick: () => setTimeout(() => print(), 60),
    },
  ];
  const share: MenuEntry[] = [
    { id: "share", label: "Share by link…", icon: <Link2 size={16} />, onPick: () => setSharing(true) },
  ];
  return (
    <>
      <Menu
        align="end"
        trigger={
          <IconButton
            label={board.may_manage ? "Export and share" : "Export"}
            icon={<Share size={16} />}
            disabled={isBusy}
          />
        }
        groups={[
          {
            label: isFiltered ? `Export what is shown: ${n_shown} of ${n_items}` : "Export the board",
            entries: isShared ? pictures : [...tables, ...pictures],
          },
          ...(board.may_manage ? [{ entries: share }] : []),
        ]}
      />
      {isPrintable && (
        <Suspense>
          <PrintSheet pictured={pictured} />
        </Suspense>
      )}
      {isSharing && (
        <Suspense>
          <ShareDialog board={board} onClose={() => setSharing(false)} />
        </Suspense>
      )}
    </>
  );
}

function why(error: unknown): string {
  if (error instanceof Error && error.name === "TooLarge")
    return "This board is too large for a picture that can be read. Save it as a drawing (SVG), or filter it first.";
  return sentence(error);
}
