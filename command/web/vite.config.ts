import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const STATIC = join(import.meta.dirname, "..", "static");
// `npm run dev` shows the pages of a console that runs elsewhere.
const CONSOLE = process.env.DOCKFLEET_CONSOLE ?? "http://127.0.0.1:8080";

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

export default defineConfig({
  plugins: [react(), gzipTwins()],
  build: {
    outDir: STATIC,
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      output: {
        manualChunks(id) {
          if (id.includes("maplibre-gl")) return "map";
          if (/node_modules\/(antd|@ant-design|rc-|@rc-|react|react-dom|scheduler)/.test(id)) return "ui";
          return undefined;
        },
      },
    },
  },
  server: { proxy: { "/api": CONSOLE, "/socket.io": { target: CONSOLE, ws: true } } },
});
