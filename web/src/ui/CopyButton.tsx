import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { announce } from "./announce";
import { IconButton } from "./Button";

/** Puts `text` on the clipboard and says so for two seconds. */
export function CopyButton({ text, noun }: { text: string; noun: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = async () => {
    await writeClipboard(text);
    setCopied(true);
    announce(`${noun} copied`);
  };
  return (
    <IconButton
      size="small"
      label={isCopied ? "Copied" : `Copy ${noun}`}
      icon={isCopied ? <Check size={16} /> : <Copy size={16} />}
      onClick={() => void copy()}
    />
  );
}

// The clipboard API exists on secure origins only; on a plain-http host a selected field is what is left.
async function writeClipboard(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
