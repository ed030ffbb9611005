import "@fontsource-variable/inter/wght.css";
import "@fontsource-variable/jetbrains-mono/wght.css";
import "./styles/tokens.css";
import "./styles/base.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { begin } from "./app/begin";
import { newQueryClient } from "./app/queries";
import { applyTheme, rememberedTheme } from "./app/theme";

applyTheme(rememberedTheme());

const root = document.getElementById("root");
const client = newQueryClient();
if (root)
  void begin(client).then(() =>
    createRoot(root).render(
      <StrictMode>
        <App client={client} />
      </StrictMode>,
    ),
  );
