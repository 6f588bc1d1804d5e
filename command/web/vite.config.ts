import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const STATIC = join(import.meta.dirname, "..", "static");
// `npm run dev` shows the pages of a console that runs elsewhere.
const CONSOLE = process.env.DOCKFLEET_CONSOLE ?? "http://127.0.0.1:8080";

const FIRST_VIEW = ["page", "map"];

/** Lays a compressed twin beside each text file; the console serves it to whoever takes it. */
function gzipTwins(): Plugin {
  return {
    name: "gzip-twins",
    apply: "build",
    closeBundle() {
      for (const entry of readdirSync(STATIC, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !/\.(js|css|html|svg|json)$/.test(entry.name)) continue;
        const file = join(entry.parentPath, entry.name);
        writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
      }
    },
  };
}

/** What the first view needs is fetched at once, not when the way in comes to ask for it. */
function preloadFirstView(): Plugin {
  return {
    name: "preload-first-view",
    transformIndexHtml: {
      order: "post",
      handler: (_html, { bundle }) =>
        Object.values(bundle ?? {})
          .filter((chunk) => chunk.type === "chunk" && FIRST_VIEW.includes(chunk.name))
          .map(({ fileName }) => ({ tag: "link", attrs: { rel: "modulepreload", crossorigin: true, href: `/${fileName}` }, injectTo: "head" })),
    },
  };
}

export default defineConfig({
  plugins: [react(), gzipTwins(), preloadFirstView()],
  build: {
    outDir: STATIC,
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      output: {
        manualChunks(id) {
          if (/maplibre-gl.*\.js$/.test(id)) return "map";
          // what the way in shares with all else, so that it waits for neither the map nor the page
          if (/node_modules\/(react|zustand)\/|commonjsHelpers|preload-helper/.test(id)) return "base";
          return undefined;
        },
      },
    },
  },
  server: { proxy: { "/api": CONSOLE, "/socket.io": { target: CONSOLE, ws: true } } },
});
