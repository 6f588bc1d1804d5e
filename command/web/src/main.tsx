import { createRoot } from "react-dom/client";
import { App } from "./App";
import { startLanguage } from "./i18n";
import { resume } from "./session";
import "./console.css";

startLanguage();
void resume();
const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(<App />);
